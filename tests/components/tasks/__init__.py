"""Tests of components/tasks/."""
