"""Tests of serving/server/protocols/."""
