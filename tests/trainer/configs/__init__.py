"""Tests of trainer/configs/."""
