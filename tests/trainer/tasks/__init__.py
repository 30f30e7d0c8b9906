"""Tests of trainer/tasks/."""
