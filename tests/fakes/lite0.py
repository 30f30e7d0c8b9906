"""EfficientNet-Lite0, narrow, and files of its weights."""

from __future__ import annotations

import numpy as np

from trainer.model_config import Lite0Config, UNetLite0Config
from trainer.models.backbones import lite0, lite0_weights

WIDTH = 1 / 16


def classifier(**values) -> Lite0Config:
    return Lite0Config(**{"width": WIDTH, "weights": "none", **values})


def unet(**values) -> UNetLite0Config:
    tiny = {"width": WIDTH, "weights": "none", "widths": (4, 6, 8, 8)}
    return UNetLite0Config(**{**tiny, **values})


def draw_state(config: Lite0Config) -> dict[str, np.ndarray]:
    """Random tensors of the shapes and names of the published file, at the model's width."""
    random, before, shapes = np.random.default_rng(0), 3, {}
    shapes["stem_conv"] = before = lite0.scale_channels(lite0.STEM, config), before, 3
    for number, block in enumerate(lite0.BLOCKS):
        inputs, wide = before[0], block.expansion * before[0]
        if block.expansion > 1:
            shapes[f"block{number}_expand"] = wide, inputs, 1
        shapes[f"block{number}_depthwise"] = wide, 1, block.kernel
        shapes[f"block{number}_project"] = before = (
            lite0.scale_channels(block.channels, config),
            wide,
            1,
        )
    shapes["top_conv"] = lite0.scale_channels(lite0.TOP, config), before[0], 1
    return {
        name: tensor
        for layer, shape in shapes.items()
        for name, tensor in draw_layer(layer, shape, random).items()
    }


def draw_layer(layer: str, shape: tuple[int, int, int], random) -> dict[str, np.ndarray]:
    """A kernel [O, I, k, k] and its batch normalization."""
    outputs, inputs, side = shape
    source, normalization = lite0_weights.SOURCES[layer]
    kernel = random.normal(0, (inputs * side**2) ** -0.5, (outputs, inputs, side, side))
    rows = {name: random.uniform(0.5, 1.5, outputs) for name in lite0_weights.STATISTICS}
    found = {f"{source}.weight": kernel, **{f"{normalization}.{n}": row for n, row in rows.items()}}
    return {name: tensor.astype("float32") for name, tensor in found.items()}
