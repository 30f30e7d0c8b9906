"""Artifacts by ID, and the cache."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.rehearsal.metadata import Metadata, convert_property
from pipeline.kubeflow.rehearsal.outcome import TaskOutputs


def test_ids_and_cache_outlast_the_run(tmp_path):
    first = Metadata(tmp_path)
    made = first.record("model", "s3://b/m", {"blessed": 1})
    first.cache("print", TaskOutputs({"model": made}, {"n": 3}))

    second = Metadata(tmp_path)

    assert second.find_cached("print") == TaskOutputs({"model": made}, {"n": 3})
    assert second.find_cached("another") is None
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
def test_properties_have_the_types_that_the_store_returns(value, stored):
    assert convert_property(value) == stored
