"""Files of torch.save: tensors are read, and nothing of their code runs."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

from tests.fakes import torch_files
from trainer.models.backbones import torch_file

ROW = np.arange(24, dtype="float32")
TENSORS = {
    "plain": ROW.reshape(2, 3, 4),
    "turned": np.asfortranarray(ROW.reshape(4, 6)),
    "doubles": ROW.astype("float64"),
    "halves": ROW.astype("float16"),
    "count": np.array(7, "int64"),
}


@pytest.mark.parametrize("archive", [False, True], ids=["stream", "zip"])
def test_tensors_come_back_as_they_were_saved(tmp_path, archive):
    path = torch_files.write(tmp_path / "state.pth", TENSORS, archive=archive)
    found = torch_file.read_tensors(path)

    assert list(found) == list(TENSORS)
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype
        np.testing.assert_array_equal(found[name], tensor)


class Command:
    """Unpickled by Python, it makes a folder."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def test_a_file_cannot_call_a_function(tmp_path):
    folder, path = tmp_path / "made", tmp_path / "state.pth"
    path.write_bytes(pickle.dumps(Command(folder), 2))

    with pytest.raises(ValueError, match=r"state\.pth.*mkdir"):
        torch_file.read_tensors(str(path))
    assert not folder.exists()


@pytest.mark.parametrize("name", ["builtins.eval", "torch._utils._rebuild_parameter", "os.system"])
def test_only_the_names_of_tensors_are_known(tmp_path, name):
    module, _, function = name.rpartition(".")
    path = tmp_path / "state.pth"
    path.write_bytes(f"c{module}\n{function}\n.".encode())

    with pytest.raises(ValueError, match=name):
        torch_file.read_tensors(str(path))


@pytest.mark.parametrize("kept", [0, 5, 60, -1])
def test_a_file_that_ends_early_is_refused(tmp_path, kept):
    path = tmp_path / "state.pth"
    path.write_bytes(torch_files.pack_stream(TENSORS)[:kept])

    with pytest.raises(ValueError, match=r"state\.pth"):
        torch_file.read_tensors(str(path))


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "state.pth"
    path.write_bytes(pickle.dumps({"a": 1}, 2))

    with pytest.raises(ValueError, match="first number"):
        torch_file.read_tensors(str(path))


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        pytest.param(21, (4,), (1,), id="beyond-the-end"),
        pytest.param(-1, (4,), (1,), id="before-the-start"),
        pytest.param(0, (4,), (-1,), id="backwards"),
        pytest.param(0, (2**40,), (0,), id="one-number-many-times"),
        pytest.param(0, (-2,), (1,), id="a-negative-size"),
    ],
)
def test_a_tensor_must_lie_inside_its_storage(offset, shape, strides):
    tensor = torch_file.Tensor(torch_file.Storage("0", "FloatStorage", 24), offset, shape, strides)

    with pytest.raises(ValueError, match="does not fit"):
        torch_file.place(tensor, ROW)
