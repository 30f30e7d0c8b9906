"""Caching of steps that act, or look outside their inputs."""

from __future__ import annotations

import pytest

from tests.fakes.linted import Pipeline


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("ImageExampleGen", "its files may have changed"),
        ("Pusher", "it would push nothing"),
        ("Notification", "it would report nothing"),
        ("BaselineModel", "another version may be served by now"),
    ],
)
def test_a_step_whose_old_result_is_a_wrong_one_is_not_cached(step, reason):
    pipeline = Pipeline()
    pipeline.tasks[step]["cachingOptions"] = {"enableCache": True}

    assert pipeline.problem().startswith(f"{step}: the cache may take its place, and {reason}")
    assert "set cachingOptions.enableCache to false" in pipeline.problem()


def test_ingestion_is_known_by_what_it_takes_whatever_its_id():
    pipeline = Pipeline()
    tasks = pipeline.component("tfx-dag")["dag"]["tasks"]
    tasks["Photos"] = {**tasks["ImageExampleGen"], "cachingOptions": {"enableCache": True}}
    tasks["Photos"]["taskInfo"] = {"name": "Photos"}

    assert pipeline.problem().startswith("Photos: the cache may take its place")
