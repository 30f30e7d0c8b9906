"""Splits images into batches of bounded size: one request to a server, or one call of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

IMAGES = 16  # In a batch, with those that could not be read.
BYTES = 2**24  # Of the encoded images in a batch; a larger one is alone.

Item = TypeVar("Item")


def split_into_batches(
    items: Iterable[Item], count_bytes: Callable[[Item], int]
) -> Iterator[list[Item]]:
    """Lists of at most IMAGES items and of BYTES; a larger item alone."""
    batch: list[Item] = []
    length = 0
    for item in items:
        own = count_bytes(item)
        if batch and (len(batch) == IMAGES or length + own > BYTES):
            yield batch
            batch, length = [], 0
        batch.append(item)
        length += own
    if batch:
        yield batch
