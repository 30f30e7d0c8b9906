"""Tiny segmentation models, and masks that are drawn for them to learn."""

from __future__ import annotations

import keras
import numpy as np

from tests.fakes import applications, lite0
from trainer import models
from trainer.data.preprocessing import DataStatistics
from trainer.model_config import UNetConfig, VGGConfig

STATISTICS = DataStatistics(
    labels=("pet", "background", "border"), mean=(120.0,) * 3, std=(60.0,) * 3, size_boundaries=()
)


def vgg(name: str, **values) -> VGGConfig:
    return VGGConfig(**{"name": name, "width": 1 / 16, "weights": "none", **values})


CONFIGS = {
    "unet_small": UNetConfig(widths=(4, 6, 8), blocks=1, dropout=0.2),
    "unet_lite0": lite0.unet(),
    "unet_mobilenet_v2": applications.unet(),
    **{name: vgg(name) for name in ("fcn8s", "fcn16s", "fcn32s", "vgg16_deconv")},
    "vgg16_deconv-refined": vgg("vgg16_deconv", refine=True, widths=(4, 4, 8, 8, 8)),
}


def build(config, statistics: DataStatistics = STATISTICS) -> keras.Model:
    keras.utils.set_random_seed(0)
    return models.build(config, statistics)


def disturbed(config) -> keras.Model:
    """The model, none of its weights at its initial value, so that padding would show."""
    model, random = build(config), np.random.default_rng(0)
    model.set_weights([w + random.normal(0, 0.05, w.shape) for w in model.get_weights()])
    return model


def answer(model: keras.Model, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Logits [B, H, W, C]."""
    return np.array(model(inputs, training=False))


def blobs() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Four images of 32x32 with a bright ellipse each, and their masks [4, 32, 32]."""
    rows, columns = np.mgrid[:32, :32]
    shapes = ((12, 10, 8, 9), (18, 20, 11, 7), (14, 16, 7, 12), (20, 13, 10, 10))
    masks = np.array(
        [((rows - y) / h) ** 2 + ((columns - x) / w) ** 2 <= 1 for y, x, h, w in shapes]
    )
    noise = np.random.default_rng(0).normal(0, 10, (*masks.shape, 3))
    image = np.where(masks[..., None], 200, 60) + noise
    size = np.full((len(masks), 2), 32, "int32")
    return {"image": image.astype("float32"), "size": size}, masks.astype("int32")


def overfitted(config, *, steps: int) -> float:
    """The mean IoU that a model reaches on the very images that it learns from."""
    model = build(config, DataStatistics(("out", "in"), (110.0,) * 3, (70.0,) * 3, ()))
    inputs, masks = blobs()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss=loss)
    model.fit(inputs, masks, batch_size=len(masks), epochs=steps, verbose=0)
    predicted = answer(model, inputs).argmax(-1)
    shares = [
        ((predicted == n) & (masks == n)).sum() / ((predicted == n) | (masks == n)).sum()
        for n in (0, 1)
    ]
    return float(np.mean(shares))
