"""Tests of serving/server/."""
