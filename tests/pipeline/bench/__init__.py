"""Tests of pipeline/bench/."""
