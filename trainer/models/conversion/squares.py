"""The part of our models with dense layers on a map that can be converted."""

from __future__ import annotations

import keras

from trainer.models.classic.fixed_size import FitSquare


def take_square_part(model: keras.Model) -> keras.Model:
    """The layers after the one that scales images to a square, which the result no longer does.

    It maps pixels [B, side, side, C] in 0..255 to logits. Raises ValueError for a model without
    such a layer: it takes images of any size already.
    """
    fit = next((layer for layer in model.layers if isinstance(layer, FitSquare)), None)
    if fit is None:
        raise ValueError(
            f"Model {model.name!r} has no dense layers on a map: it takes images of any size."
        )
    inner = keras.Model(fit.output, model.output)
    image = keras.Input(fit.output.shape[1:], name="image")
    return keras.Model(image, inner(image), name=model.name)
