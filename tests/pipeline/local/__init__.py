"""Tests of pipeline/local/."""
