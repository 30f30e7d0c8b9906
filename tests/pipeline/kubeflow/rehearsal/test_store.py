"""The object store: flat keys, by URI."""

from __future__ import annotations

import pytest

from components.kubeflow import entry_point
from pipeline.kubeflow.backend import STAGED_AT
from pipeline.kubeflow.rehearsal.store import ObjectStore


@pytest.fixture
def store(tmp_path):
    (tmp_path / "file").write_text("content")
    found = ObjectStore(tmp_path / "store")
    for key in ("a/b", "a/c/d", "ab/e"):
        found.put(f"s3://bucket/{key}", tmp_path / "file")
    return found


def test_a_key_that_only_begins_alike_is_not_below_a_folder(store):
    assert store.find_below("s3://bucket/a") == ["s3://bucket/a/b", "s3://bucket/a/c/d"]


def test_an_object_is_below_itself(store):
    assert store.find_below("s3://bucket/a/b") == ["s3://bucket/a/b"]


@pytest.mark.parametrize("uri", ["/a/path", "s3://", "s3://bucket/../../etc"])
def test_a_uri_of_no_object_is_refused(store, uri):
    with pytest.raises(ValueError, match="is not the URI of an object"):
        store.find_path(uri)


def test_launcher_and_entry_point_agree_on_staged_paths():
    assert {scheme: f"/{folder}" for scheme, folder in STAGED_AT.items()} == entry_point.STAGED
