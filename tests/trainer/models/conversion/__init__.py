"""Tests of trainer/models/conversion/."""
