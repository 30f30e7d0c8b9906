"""Tests of trainer/models/classic."""
