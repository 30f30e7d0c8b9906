"""Artifacts by id, and what the cache reuses of them."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.rehearsal.metadata import Metadata, as_stored
from pipeline.kubeflow.rehearsal.outcome import Outputs


def test_numbers_and_cache_outlast_the_run(tmp_path):
    first = Metadata(tmp_path)
    made = first.record("model", "s3://b/m", {"blessed": 1})
    first.remember("print", Outputs({"model": made}, {"n": 3}))

    second = Metadata(tmp_path)

    assert second.cached("print") == Outputs({"model": made}, {"n": 3})
    assert second.cached("another") is None
    assert second.record("model", "s3://b/n", {}).id == made.id + 1


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (True, 1),
        ([1], {"list": [1]}),
        ({"a": 1}, {"struct": {"a": 1}}),
        ("text", "text"),
        (0.5, 0.5),
    ],
)
def test_properties_come_back_as_the_metadata_store_keeps_them(value, stored):
    assert as_stored(value) == stored
