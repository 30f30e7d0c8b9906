"""Tests of serving/server/models/."""
