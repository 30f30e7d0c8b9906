"""The arrays of a batch: which requests may share it, their rows together, and apart again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from serving.server.request_errors import BadInput

Arrays = dict[str, np.ndarray]

PADDED = {"pixels", "sizes"}  # Inputs of a signature that ignores the padding of its pixels.
IMAGE_AXES = 4  # Of pixels [N, H, W, C].


def count_rows(inputs: Arrays) -> int:
    """The rows that all inputs have. Raises BadInput if they differ or there are none."""
    if not inputs:
        raise BadInput("Batching Run() must have at least one input tensor")
    if not all(array.ndim for array in inputs.values()):
        raise BadInput("Batching Run() input tensors must have at least one dimension")
    sizes = {len(array) for array in inputs.values()}
    if len(sizes) > 1:
        raise BadInput("Batching Run() input tensors must have equal 0th-dimension size")
    return sizes.pop()


def find_group(inputs: Arrays, *, pad: bool) -> Hashable:
    """What inputs must have in common to share a batch.

    Images that may be padded share it with those whose sides lie between the same powers of two,
    so that at most three quarters of a batch are padding.
    """
    images = inputs.keys() == PADDED and inputs["pixels"].ndim == IMAGE_AXES
    parts = []
    for name, array in sorted(inputs.items()):
        shape = array.shape[1:]
        if images and name == "pixels":
            shape = (*(side.bit_length() for side in shape[:2]), shape[2])
        elif pad and array.size:
            shape = (array.ndim,)
        parts.append((name, array.dtype.str, shape))
    return tuple(parts)


def split(inputs: Arrays, rows: int, most: int) -> list[Arrays]:
    """The inputs in parts of at most so many rows."""
    if rows <= most:
        return [inputs]
    return [
        {name: array[start : start + most] for name, array in inputs.items()}
        for start in range(0, rows, most)
    ]


def merge(requests: Sequence[Arrays], filling: int) -> Arrays:
    """The rows of all requests, then as many rows again as `filling` says."""
    merged = {}
    for name in requests[0]:
        arrays = [inputs[name] for inputs in requests]
        arrays += [arrays[-1][:1]] * filling  # A row that is valid; its outputs are dropped.
        shape = np.max([array.shape for array in arrays], axis=0)
        merged[name] = np.concatenate([_pad(array, shape) for array in arrays])
    return merged


def divide(outputs: Arrays, sizes: Sequence[int], filling: int) -> list[Arrays]:
    """The outputs of requests of so many rows, without those of the filling.

    Raises ValueError if an output has not a row for each row of the inputs.
    """
    ends = np.cumsum(sizes)
    for name, array in outputs.items():
        if not array.ndim or len(array) != ends[-1] + filling:
            raise ValueError(f"Output {name!r} has not a row for each row of the inputs.")
    return [
        {name: array[end - size : end] for name, array in outputs.items()}
        for size, end in zip(sizes, ends, strict=True)
    ]


def _pad(array: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """The array with the axes after the first as long as `shape`'s, filled with its first value."""
    if tuple(shape[1:]) == array.shape[1:]:
        return array
    padded = np.full((len(array), *shape[1:]), array.flat[0], array.dtype)
    padded[tuple(slice(size) for size in array.shape)] = array
    return padded
