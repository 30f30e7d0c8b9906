"""Tests of pipeline/init/."""
