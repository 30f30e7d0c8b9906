"""Files as `torch.save` writes them, in both formats, without torch."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import ModuleType

import numpy as np

from trainer.models.backbones.torch_file import MAGIC

KINDS = {"f4": "FloatStorage", "f8": "DoubleStorage", "f2": "HalfStorage", "i8": "LongStorage"}


def write(path: Path, tensors: dict[str, np.ndarray], *, archive: bool = False) -> str:
    """The file's path."""
    path.write_bytes(pack_archive(tensors) if archive else pack_stream(tensors))
    return str(path)


def pack_stream(tensors: dict[str, np.ndarray]) -> bytes:
    """The older format: pickles, then each storage with its length."""
    parts = [pickle.dumps(value, 2) for value in (MAGIC, 1001, {"little_endian": True})]
    parts += [pickle_state(tensors), pickle.dumps(list(tensors), 2)]
    for tensor in tensors.values():
        parts += [tensor.size.to_bytes(8, "little"), storage_of(tensor)]
    return b"".join(parts)


def pack_archive(tensors: dict[str, np.ndarray]) -> bytes:
    """The newer format: a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("saved/data.pkl", pickle_state(tensors))
        for name, tensor in tensors.items():
            archive.writestr(f"saved/data/{name}", storage_of(tensor))
    return packed.getvalue()


def storage_of(tensor: np.ndarray) -> bytes:
    """The numbers in the order of memory: that of the tensor's strides."""
    return tensor.tobytes("A")


class Stored:
    """Pickled as a tensor of torch."""

    def __init__(self, name: str, tensor: np.ndarray) -> None:
        self.name, self.tensor = name, tensor

    def __reduce__(self):
        strides = tuple(step // self.tensor.itemsize for step in self.tensor.strides)
        place = 0, self.tensor.shape, strides, False, OrderedDict()
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (Row(self), *place)


class Row:
    """A storage, pickled by its name."""

    def __init__(self, stored: Stored) -> None:
        kind = getattr(sys.modules["torch"], KINDS[stored.tensor.dtype.str[1:]])
        self.id = ("storage", kind, stored.name, "cpu", stored.tensor.size, None)


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.id if isinstance(value, Row) else None


def pickle_state(tensors: dict[str, np.ndarray]) -> bytes:
    """A state's pickle; while it is made, modules with torch's names exist."""
    before = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update(imitate_torch())
    try:
        packed = io.BytesIO()
        Pickler(packed, 2).dump(OrderedDict((n, Stored(n, t)) for n, t in tensors.items()))
        return packed.getvalue()
    finally:
        for name, module in before.items():
            sys.modules.pop(name) if module is None else sys.modules.update({name: module})


def imitate_torch() -> dict[str, ModuleType]:
    """Modules with the names that a saved state uses."""
    torch, inner = ModuleType("torch"), ModuleType("torch._utils")
    torch._utils = inner
    for name in KINDS.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*_):
        raise AssertionError("Reading a file must not call it.")

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = (
        "torch._utils",
        "_rebuild_tensor_v2",
    )
    inner._rebuild_tensor_v2 = _rebuild_tensor_v2
    return {"torch": torch, "torch._utils": inner}
