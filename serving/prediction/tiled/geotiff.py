"""Writes the mask of a TIFF as a Cloud-Optimized GeoTIFF, at the same place on earth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.shutil import copy
from rasterio.windows import Window

from serving import overlay
from serving.prediction.tiled.sources import DRIVERS, open_dataset

BLOCK = 512  # Pixels of a side of the file's own tiles.
CREATION = {"COMPRESS": "DEFLATE", "BIGTIFF": "IF_SAFER"}


def write(path: Path, image: Path, strips: Iterator[bytes]) -> None:
    """Writes the mask of an image from its rows, with smaller copies for viewers.

    GDAL makes such a file of another one, which is next to it until then.
    """
    plain = path.with_name("plain.tif")
    with open_dataset(image, DRIVERS["TIFF"]) as source:
        profile = _make_profile(source)
        with rasterio.open(plain, "w", **profile, **CREATION) as target:
            if source.gcps[0]:
                target.gcps = source.gcps
            target.write_colormap(1, dict(enumerate(map(tuple, overlay.make_palette().tolist()))))
            top = 0
            for band in _regroup(strips, source.width):
                target.write(band, 1, window=Window(0, top, *band.shape[::-1]))
                top += len(band)
        cog = {"driver": "COG", "blocksize": BLOCK, "overview_resampling": "nearest"}
        copy(plain, path, **cog, **CREATION)
    plain.unlink()


def _make_profile(source: Any) -> dict[str, Any]:
    return {
        "driver": DRIVERS["TIFF"],
        "width": source.width,
        "height": source.height,
        "count": 1,
        "dtype": "uint8",
        "photometric": "palette",
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        **({} if source.gcps[0] else {"crs": source.crs, "transform": source.transform}),
    }


def _regroup(strips: Iterator[bytes], width: int) -> Iterator[NDArray[np.uint8]]:
    """The same rows, BLOCK at a time: GDAL would compress a block again for each part of it."""
    kept = np.empty((0, width), np.uint8)
    for strip in strips:
        kept = np.concatenate([kept, np.frombuffer(strip, np.uint8).reshape(-1, width)])
        while len(kept) >= BLOCK:
            yield kept[:BLOCK]
            kept = kept[BLOCK:]
    if len(kept):
        yield kept
