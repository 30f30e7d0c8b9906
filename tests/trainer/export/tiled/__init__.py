"""Tests of trainer/export/tiled/."""
