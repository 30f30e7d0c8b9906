"""Tests of pipeline/bench/serving/."""
