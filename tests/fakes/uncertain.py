"""Models that say how sure they are: of each image or pixel, as sure as it is red."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.fakes import tiny, tiny_masks, tiny_runs
from trainer.export.certainty import Certainty
from trainer.export.classifier import Classifier
from trainer.export.segmenter import Segmenter

FLAGGED = Certainty(unknown_below=0.75)
RATED = Certainty(confidence=True)


def by_red(pixels, sizes):
    """Probabilities of "blue" and "red": red is as probable as the first pixel is red."""
    red = pixels[:, 0, 0, :1] / 255
    return tf.concat([1 - red, red], axis=-1)


def pixels_by_red(pixels, sizes):
    """The same for each pixel, and for three classes, of which the last is not there."""
    red = pixels[..., :1] / 255
    return tf.concat([1 - red, red, 0 * red], axis=-1)


def classifier(certainty=FLAGGED) -> Classifier:
    module = tiny_runs.classifier(by_red)
    module.certainty = certainty
    return module


def segmenter(certainty=RATED, max_side=64) -> Segmenter:
    module = tiny_masks.segmenter(pixels_by_red, max_side=max_side)
    module.certainty = certainty
    return module


def draw(red: int, height: int = 18, width: int = 16) -> np.ndarray:
    """An image that is as red as this, 0..255."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = red
    return image


def draw_shades(height: int = 33, width: int = 47) -> np.ndarray:
    """Pixels of all shades of red, [height, width, 3]."""
    return tiny.pixels(height, width, seed=3)
