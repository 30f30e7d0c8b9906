"""Reads the tensors of a file that `torch.save` wrote, without torch and without running its code.

A pickle may name any function of any package, and loading it calls that function. Here only the
names in GLOBALS are known, and none of them does more than note where a tensor is in the file.
"""

from __future__ import annotations

import math
import os
import pickle
import zipfile
import zlib
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


class ContentError(ValueError):
    """What is wrong with the content of a file, in words."""


def read_tensors(path: str) -> dict[str, Array]:
    """The tensors of a saved state, by name.

    Raises ValueError that names the file for any other content, OSError if it cannot be opened.
    """
    with Path(path).open("rb") as file:
        try:
            return read_archive(file) if zipfile.is_zipfile(file) else read_stream(file)
        except ContentError as error:
            raise ValueError(f"{path} is not a state that torch.save wrote: {error}") from error
        except UNREADABLE as error:
            raise ValueError(
                f"{path} is not a state that torch.save wrote: it is damaged, or of another kind"
            ) from error


def read_archive(file: IO[bytes]) -> dict[str, Array]:
    """The format since PyTorch 1.6: a zip of a pickle and of one file for each storage."""
    with zipfile.ZipFile(file) as archive:
        (pickled,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        folder = pickled.removesuffix("data.pkl")
        with archive.open(pickled) as state:
            tensors = check_tensors(TensorUnpickler(state).load())

        def read(storage: Storage) -> Array:
            return np.frombuffer(archive.read(f"{folder}data/{storage.key}"), TYPES[storage.type])

        return place_all(tensors, read)


def read_stream(file: IO[bytes]) -> dict[str, Array]:
    """The format before: three pickles of versions, the tensors, the keys, and the storages."""
    file.seek(0)
    if TensorUnpickler(file).load() != MAGIC:
        raise ContentError("its first number is another")
    for _ in range(2):  # The format's version; the machine's byte order.
        TensorUnpickler(file).load()
    tensors = check_tensors(TensorUnpickler(file).load())
    types = {tensor.storage.key: tensor.storage.type for tensor in tensors.values()}
    rows = {}
    for key in TensorUnpickler(file).load():
        rows[key] = read_row(file, np.dtype(TYPES[types[key]]))
    return place_all(tensors, lambda storage: rows[storage.key])


def read_row(file: IO[bytes], kind: np.dtype[Any]) -> Array:
    """A count, and so many numbers. Raises ContentError before it reads more than there is."""
    length = int.from_bytes(file.read(8), "little") * kind.itemsize
    left = os.fstat(file.fileno()).st_size - file.tell()
    if length > left:
        raise ContentError(f"it ends {length - left:,} bytes too early")
    return np.frombuffer(file.read(length), kind)


def check_tensors(state: Any) -> dict[str, Tensor]:
    """The state, if it has nothing but tensors by name. Raises ContentError for any other."""
    if not isinstance(state, dict):
        raise ContentError(f"it contains a {type(state).__name__}, and not tensors by name")
    others = [str(name) for name, value in state.items() if not isinstance(value, Tensor)]
    if others:
        raise ContentError(
            f"it contains {', '.join(others[:3])}, which are not tensors; save "
            "model.state_dict() alone"
        )
    return state


def place_all(tensors: dict[str, Tensor], read: Storages) -> dict[str, Array]:
    """Each tensor with its numbers."""
    return {name: place(tensor, read(tensor.storage)) for name, tensor in tensors.items()}


def place(tensor: Tensor, row: Array) -> Array:
    """A tensor's numbers, out of its storage. Raises ContentError if they are not all there."""
    _, offset, shape, strides = tensor
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    inside = min((offset, *shape, *strides, 0)) == 0 and last < len(row)
    if not inside or math.prod(shape) > len(row):
        raise ContentError(f"a tensor of the shape {shape} does not fit into {len(row)} numbers")
    steps = [step * row.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(row[offset:], shape, steps, writeable=False).copy()


class TensorUnpickler(pickle.Unpickler):
    """Unpickles dictionaries, numbers, text and the places of tensors; refuses all other names."""

    def find_class(self, module: str, name: str) -> Any:
        """What a name means. Raises ContentError for a name that is not in GLOBALS."""
        known = GLOBALS.get(f"{module}.{name}")
        if known is None:
            raise ContentError(f"it uses {module}.{name}, which is not a tensor")
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
    zlib.error,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,  # Of a length that is not one.
    OSError,
    OverflowError,
    RuntimeError,  # Of an encrypted file, or of an unknown compression.
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
