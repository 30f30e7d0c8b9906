"""Tests of pipeline/bench/training/."""
