"""Files of torch.save: tensors are read, and nothing of their code runs."""

from __future__ import annotations

import io
import os
import pickle
import zipfile

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


def rewrite_archive(path, change):
    """The zip of TENSORS with other members: `change` is given their bytes by name."""
    with zipfile.ZipFile(io.BytesIO(torch_files.pack_archive(TENSORS))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in change(members).items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda m: m.pop("saved/data/plain") and m, id="a-missing-storage"),
        pytest.param(lambda m: m.pop("saved/data.pkl") and m, id="no-pickle"),
        pytest.param(lambda m: {**m, "saved/data/plain": b"abc"}, id="a-short-storage"),
        pytest.param(lambda m: {**m, "saved/data.pkl": b""}, id="an-empty-pickle"),
        pytest.param(lambda _: {}, id="an-empty-zip"),
    ],
)
def test_an_archive_that_is_not_whole_is_refused(tmp_path, change):
    path = tmp_path / "state.pth"
    rewrite_archive(path, change)

    with pytest.raises(ValueError, match=r"state\.pth is not a state that torch\.save wrote"):
        torch_file.read_tensors(str(path))


@pytest.mark.parametrize("archive", [False, True], ids=["stream", "zip"])
def test_a_changed_byte_gives_tensors_or_one_clear_error(tmp_path, archive):
    whole = (torch_files.pack_archive if archive else torch_files.pack_stream)(TENSORS)
    path, random = tmp_path / "state.pth", np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        place, value = random.integers(len(whole)), int(random.integers(256))
        path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
        refused += is_refused(path)  # Any other error fails the test.

    assert 0 < refused < 300


def is_refused(path) -> bool:
    try:
        torch_file.read_tensors(str(path))
    except ValueError as error:
        return "state.pth is not a state that torch.save wrote" in str(error)
    return False


def test_a_length_beyond_the_end_is_not_read(tmp_path):
    whole = torch_files.pack_stream({"plain": ROW})
    path, end = tmp_path / "state.pth", len(whole) - ROW.nbytes
    path.write_bytes(whole[: end - 8] + (2**60).to_bytes(8, "little") + whole[end:])

    with pytest.raises(ValueError, match=r"state\.pth.*bytes too early"):
        torch_file.read_tensors(str(path))


@pytest.mark.parametrize(
    ("state", "text"),
    [({"epoch": 3, "state_dict": {}}, r"epoch, state_dict.*state_dict\(\) alone"), ([1], "a list")],
    ids=["a-checkpoint", "a-list"],
)
def test_a_file_with_more_than_tensors_says_what_to_save(tmp_path, state, text):
    path = tmp_path / "state.pth"
    rewrite_archive(path, lambda _: {"saved/data.pkl": pickle.dumps(state, 2)})

    with pytest.raises(ValueError, match=text):
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
