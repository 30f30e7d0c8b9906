"""The image, drawn in windows, and the model that answers about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from serving.prediction.tiled.grid import divide_up

MODEL, TILING_MODEL, VERSION = "large", "large_in_tiles", "1"
TILE = 1024  # Pixels of a side of the tiles that TILING_MODEL goes over.
WIDTHS = (8, 16)  # Channels of each stage: a network of two stages is the fastest there is.
LABELS = ("pet", "background", "border")
BLOCK = 512  # Pixels of a side of the file's tiles.
COARSE = 32  # Pixels of one colour before the noise.
NOISE = 24
PLACE = {"crs": "EPSG:32632", "transform": from_origin(400_000, 5_000_000, 0.5, 0.5)}


def draw(path: Path, side: int) -> None:
    """Writes a GeoTIFF of side x side pixels: coloured squares with noise."""
    facts = {"width": side, "height": side, "count": 3, "dtype": "uint8"}
    tiles = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK}
    options = {**facts, **tiles, **PLACE, "bigtiff": "if_safer"}
    random = np.random.default_rng(0)
    with rasterio.open(path, "w", driver="GTiff", **options) as target:
        for number in range(divide_up(side, BLOCK) ** 2):
            top, left = (place * BLOCK for place in divmod(number, divide_up(side, BLOCK)))
            height, width = min(BLOCK, side - top), min(BLOCK, side - left)
            coarse = random.integers(NOISE, 256 - NOISE, (3, BLOCK // COARSE, BLOCK // COARSE))
            squares = np.kron(coarse, np.ones((1, COARSE, COARSE), int))
            noisy = squares + random.integers(-NOISE, NOISE, squares.shape)
            pixels = noisy[:, :height, :width].astype(np.uint8)
            target.write(pixels, window=Window(left, top, width, height))


def publish(root: Path, side: int) -> None:
    """Saves an untrained segmenter that serves images of this side, whole and in tiles."""
    import keras

    from trainer import configs, models
    from trainer.config import ServeConfig
    from trainer.data.preprocessing import DataStatistics
    from trainer.export import saved_model
    from trainer.model_config import UNetConfig

    keras.utils.set_random_seed(0)
    experiment = replace(configs.load("pets"), model=UNetConfig(widths=WIDTHS))
    experiment = replace(experiment, data=replace(experiment.data, max_pixels=side**2))
    statistics = DataStatistics(LABELS, (120.0,) * 3, (60.0,) * 3, ())
    model = models.build(experiment.model, statistics)
    for name, tile in ((MODEL, None), (TILING_MODEL, TILE)):
        served = replace(experiment, serve=ServeConfig(max_side="native", tile=tile))
        saved_model.save(model, statistics, served, str(root / name / VERSION))
