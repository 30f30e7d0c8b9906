"""Tests of components/metrics/."""
