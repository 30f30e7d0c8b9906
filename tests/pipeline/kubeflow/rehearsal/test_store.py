"""The object store: flat keys, by URI."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.kubeflow import entry_point
from pipeline.kubeflow.rehearsal.store import STAGED_AT, ObjectStore, staged_path


@pytest.fixture
def store(tmp_path):
    (tmp_path / "file").write_text("content")
    found = ObjectStore(tmp_path / "store")
    for key in ("a/b", "a/c/d", "ab/e"):
        found.put(f"s3://bucket/{key}", tmp_path / "file")
    return found


def test_the_keys_below_a_folder_do_not_take_in_its_namesakes(store):
    assert store.below("s3://bucket/a") == ["s3://bucket/a/b", "s3://bucket/a/c/d"]


def test_an_object_is_below_itself(store):
    assert store.below("s3://bucket/a/b") == ["s3://bucket/a/b"]


def test_a_marker_is_a_key_that_ends_in_a_slash(store):
    store.put_marker("s3://bucket/a/c")

    assert store.below("s3://bucket/a/c") == ["s3://bucket/a/c/", "s3://bucket/a/c/d"]


def test_what_was_put_can_be_got(store, tmp_path):
    store.get("s3://bucket/a/c/d", tmp_path / "new" / "place")

    assert (tmp_path / "new" / "place").read_text() == "content"


@pytest.mark.parametrize("uri", ["/a/path", "s3://", "s3://bucket/../../etc"])
def test_what_names_no_object_is_refused(store, uri):
    with pytest.raises(ValueError, match="names no object"):
        store.path(uri)


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("gs://b/k", "/pod/gcs/b/k"),
        ("s3://b/k", "/pod/s3/b/k"),
        ("minio://b/k", "/pod/minio/b/k"),
        ("hdfs://b/k", None),
        ("/b/k", None),
    ],
)
def test_the_launcher_stages_the_schemes_that_it_knows(uri, place):
    assert staged_path(uri, Path("/pod")) == (place and Path(place))


def test_the_containers_entry_looks_where_the_launcher_stages():
    assert {scheme: f"/{folder}" for scheme, folder in STAGED_AT.items()} == entry_point.STAGED
