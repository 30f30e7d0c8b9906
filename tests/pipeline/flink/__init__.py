"""Tests of pipeline/flink/."""
