"""Tests of serving/client/."""
