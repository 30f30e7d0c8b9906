"""Runs that are killed at many moments, and come to the end of an undisturbed one all the same."""
