"""Batches of unequal images, padded, as models take them."""

from __future__ import annotations

import numpy as np


def batch_of(images: list[np.ndarray], *, fill: int = 0, room: int = 0) -> dict[str, np.ndarray]:
    """The images padded to the largest, and `room` pixels more."""
    height, width = (max(image.shape[axis] for image in images) + room for axis in (0, 1))
    pixels = np.full((len(images), height, width, images[0].shape[-1]), fill, "float32")
    for row, image in zip(pixels, images, strict=True):
        row[: image.shape[0], : image.shape[1]] = image
    return {"image": pixels, "size": np.array([image.shape[:2] for image in images], "int32")}
