"""Tests of trainer/models/."""
