"""Doubles and tiny data that tests in several rooms share."""
