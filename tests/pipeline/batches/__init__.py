"""Tests of pipeline/batches/."""
