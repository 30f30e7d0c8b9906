"""Tests of pipeline/bulk."""
