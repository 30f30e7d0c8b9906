"""Tests of trainer/models/applications/."""
