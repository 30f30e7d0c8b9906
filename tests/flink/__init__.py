"""Tests of flink/."""
