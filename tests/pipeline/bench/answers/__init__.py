"""Tests of pipeline/bench/answers/."""
