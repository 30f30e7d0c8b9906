"""MNIST's files: downloaded whole, checked, and known by name."""

from __future__ import annotations

import hashlib

import pytest

from pipeline.sources import download, idx_sets, named
from pipeline.sources.idx_sets import IdxSet
from pipeline.sources.source_error import SourceError
from tests.pipeline.sources.test_download import Shelf, serving

BODY = b"images of digits" * 999
SUM = hashlib.sha256(BODY).hexdigest()


def fetch(folder, shelf, *sums):
    names = [f"{n}-images-idx3-ubyte.gz" for n in range(len(sums))]
    with serving(shelf) as url:
        address = url.rpartition("/")[0]
        return idx_sets.fetch_files(IdxSet(address, dict(zip(names, sums, strict=True))), folder)


def test_all_files_are_there_when_the_folder_appears(tmp_path):
    shelf = Shelf(body=BODY)

    folder = fetch(tmp_path / "digits", shelf, SUM, SUM)
    fetch(tmp_path / "digits", shelf, SUM, SUM)

    assert [path.read_bytes() for path in folder.iterdir()] == [BODY, BODY]
    assert len(shelf.starts) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["digits"]


def test_a_wrong_checksum_leaves_the_finished_files_for_the_next_call(tmp_path):
    shelf = Shelf(body=BODY)

    with pytest.raises(download.WrongChecksum):
        fetch(tmp_path / "digits", shelf, SUM, "ab" * 32)
    assert not (tmp_path / "digits").exists()
    fetch(tmp_path / "digits", shelf, SUM, SUM)

    assert len(shelf.starts) == 3


def test_a_folder_stays_a_folder():
    for data in ("photos", "gs://bucket/photos", "/a:b/c"):
        assert named.find_folder(data, "data") == data


def test_an_unknown_set_is_refused_with_those_that_exist(tmp_path):
    with pytest.raises(SourceError, match="mnist, fashion_mnist"):
        named.find_folder("idx:cifar", tmp_path)
