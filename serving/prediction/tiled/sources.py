"""Reads images in windows: TIFF at any place, PNG and large JPEG in rows from the top.

GDAL's pixels of a JPEG are not quite those of TensorFlow, so simplejpeg decodes those that fit into
memory: see jpeg.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window as RasterWindow

from serving.prediction.tiled import headers, jpeg
from serving.prediction.tiled.grid import Pair, Window
from serving.prediction.tiled.headers import Header, RefusedImageError
from serving.prediction.tiled.strips import Source

DRIVERS = {"TIFF": "GTiff", "PNG": "PNG", "JPEG": "JPEG"}  # GDAL's.
CACHE = 256  # MiB of decoded blocks.
MOST_IN_BLOCK = 2**26  # Pixels that are decoded at once.


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Opens an image. Raises RefusedImageError or OSError."""
    header = headers.read(path)
    if header.kind == "JPEG" and not headers.is_large(header.size):
        yield jpeg.Decoded(path, header)
        return
    with open_dataset(path, DRIVERS[header.kind]) as dataset:
        _check(dataset, header)
        source = Windows(dataset, header)
        yield source if is_tiled(dataset) else Rows(source)


@contextmanager
def open_dataset(path: Path, driver: str) -> Iterator[Any]:
    """Opens a file with GDAL. Raises RefusedImageError for one that GDAL cannot read."""
    with rasterio.Env(GDAL_CACHEMAX=CACHE, GDAL_PAM_ENABLED=False), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            dataset = rasterio.open(path.absolute(), driver=driver)
        except RasterioError as error:
            raise RefusedImageError(f"{error}: check the file") from error
        with dataset:
            yield dataset


def is_tiled(dataset: Any) -> bool:
    """Whether windows are read without whole rows."""
    return bool(dataset.block_shapes[0][1] < dataset.width)


def _check(dataset: Any, header: Header) -> None:
    rows, columns = dataset.block_shapes[0]
    if rows * columns > MOST_IN_BLOCK:
        raise RefusedImageError(
            f"it is stored in blocks of {columns} x {rows} pixels: {headers.RETILE}"
        )
    if dataset.shape != header.size or set(dataset.dtypes) != {"uint8"}:
        raise RefusedImageError(f"GDAL and Pillow read its header differently: {headers.FIX}")


class Windows:
    """Reads windows at any place."""

    def __init__(self, dataset: Any, header: Header) -> None:
        self.size: Pair = header.size
        self.note = header.note
        self._dataset = dataset
        self._palette = header.palette
        self._bands = [1, 2, 3] if header.mode.startswith("RGB") else [1]

    def read(self, window: Window) -> NDArray[np.uint8]:
        """The pixels [h, w, 3] of a window. Raises RefusedImageError for damaged ones."""
        place = RasterWindow(window.left, window.top, *window.size[::-1])
        try:
            pixels = np.moveaxis(self._dataset.read(self._bands, window=place), 0, -1)
        except RasterioError as error:
            raise RefusedImageError(
                f"its pixels cannot be read ({error}): check the file"
            ) from error
        if self._palette is not None:
            return self._palette[pixels[..., 0]]
        return np.ascontiguousarray(np.broadcast_to(pixels, (*window.size, 3)))


class Rows:
    """Reads whole rows once, from top to bottom, and keeps those that later windows need too."""

    def __init__(self, source: Source) -> None:
        self.size, self.note = source.size, source.note
        self._source = source
        self._first = 0  # The row in the image of the first one that is kept.
        self._kept = np.empty((0, self.size[1], 3), np.uint8)

    def read(self, window: Window) -> NDArray[np.uint8]:
        """The pixels [h, w, 3] of a window, whose top is not above that of the one before."""
        end = self._first + len(self._kept)
        if window.bottom > end:
            first = max(end, window.top)
            rows = self._source.read(Window(first, 0, window.bottom, self.size[1]))
            self._kept = np.concatenate([self._kept[window.top - self._first :], rows])
            self._first = window.top
        top = window.top - self._first
        return self._kept[top : top + window.size[0], window.left : window.right]
