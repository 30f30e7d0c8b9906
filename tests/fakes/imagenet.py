"""Weights that ImageNet has trained, where they lie next to the repository."""

from __future__ import annotations

from pathlib import Path

VGG16 = Path(__file__).parents[3] / "shared/weights/vgg16_notop.weights.h5"
