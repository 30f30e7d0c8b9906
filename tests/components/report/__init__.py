"""Tests of components/report/."""
