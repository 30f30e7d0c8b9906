"""Tests of trainer/models/backbones."""
