"""Reads the tensors of a file that `torch.save` wrote, without torch and without running its code.

A pickle may name any function of any package, and loading it calls that function. Here only the
names in GLOBALS are known, and none of them does more than note where a tensor is in the file.
"""

from __future__ import annotations

import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Storages = Callable[["Storage"], Array]


class Storage(NamedTuple):
    """A row of numbers in the file."""

    key: str
    type: str  # A name in TYPES.
    length: int


class Tensor(NamedTuple):
    """The place of a tensor in a storage; offset and strides count numbers, not bytes."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(path: str) -> dict[str, Array]:
    """The tensors of a saved state, by name. Raises ValueError for any other content."""
    try:
        if zipfile.is_zipfile(path):
            return read_archive(path)
        with Path(path).open("rb") as file:
            return read_stream(file)
    except UNREADABLE as error:
        raise ValueError(f"{path} is not a state that torch.save wrote: {error!r}") from error


def read_archive(path: str) -> dict[str, Array]:
    """The format since PyTorch 1.6: a zip of a pickle and of one file for each storage."""
    with zipfile.ZipFile(path) as archive:
        (pickled,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        folder = pickled.removesuffix("data.pkl")
        with archive.open(pickled) as file:
            tensors = TensorUnpickler(file).load()

        def read(storage: Storage) -> Array:
            return np.frombuffer(archive.read(f"{folder}data/{storage.key}"), TYPES[storage.type])

        return place_all(tensors, read)


def read_stream(file: IO[bytes]) -> dict[str, Array]:
    """The format before: three pickles of versions, the tensors, the keys, and the storages."""
    if TensorUnpickler(file).load() != MAGIC:
        raise pickle.UnpicklingError("its first number is another")
    for _ in range(2):  # The format's version; the machine's byte order.
        TensorUnpickler(file).load()
    tensors = TensorUnpickler(file).load()
    types = {tensor.storage.key: tensor.storage.type for tensor in tensors.values()}
    rows = {}
    for key in TensorUnpickler(file).load():
        count = int.from_bytes(file.read(8), "little")
        kind = np.dtype(TYPES[types[key]])
        rows[key] = np.frombuffer(file.read(count * kind.itemsize), kind)
    return place_all(tensors, lambda storage: rows[storage.key])


def place_all(tensors: dict[str, Tensor], read: Storages) -> dict[str, Array]:
    """Each tensor with its numbers."""
    return {name: place(tensor, read(tensor.storage)) for name, tensor in tensors.items()}


def place(tensor: Tensor, row: Array) -> Array:
    """A tensor's numbers, out of its storage. Raises ValueError if they are not all there."""
    _, offset, shape, strides = tensor
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    inside = min((offset, *shape, *strides, 0)) == 0 and last < len(row)
    if not inside or math.prod(shape) > len(row):
        raise ValueError(f"a tensor of the shape {shape} does not fit into {len(row)} numbers")
    steps = [step * row.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(row[offset:], shape, steps, writeable=False).copy()


class TensorUnpickler(pickle.Unpickler):
    """Unpickles dictionaries, numbers, text and the places of tensors; refuses all other names."""

    def find_class(self, module: str, name: str) -> Any:
        """What a name means. Raises UnpicklingError for a name that is not in GLOBALS."""
        known = GLOBALS.get(f"{module}.{name}")
        if known is None:
            raise pickle.UnpicklingError(f"it uses {module}.{name}, which is not a tensor")
        return known

    def persistent_load(self, pid: Any) -> Storage:
        """The storage that a tensor is in."""
        _, kind, key, _, count, *_ = pid
        return Storage(key, kind, count)


def rebuild(storage: Storage, offset: int, shape: Any, strides: Any, *_: Any) -> Tensor:
    """In place of PyTorch's function that makes a tensor."""
    return Tensor(storage, offset, tuple(shape), tuple(strides))


UNREADABLE = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    AttributeError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
)  # What damaged files and files of another kind raise.
MAGIC = 0x1950A86A20F9469CFC6C  # The first number of a file in the older format.
TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}
GLOBALS: dict[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    "torch._utils._rebuild_tensor_v2": rebuild,
    **{f"torch.{name}": name for name in TYPES},
}
