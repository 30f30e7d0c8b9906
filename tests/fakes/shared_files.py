"""Real files that may lie next to the repository: ImageNet's weights, and photographs of pets."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared"
VGG16 = SHARED / "weights/vgg16_notop.weights.h5"
PETS = SHARED / "data/pets"
