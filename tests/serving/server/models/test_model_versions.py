"""The change from one version to the next."""

import time

import pytest

from serving.server.models.model_versions import LoadOptions, ModelVersions, VersionState
from serving.server.request_errors import RequestError
from serving.versions import find_versions
from tests.fakes import saved_models


class Watched:
    """A model on disk, its versions in memory, and the changes that were reported."""

    def __init__(self, folder, **options):
        self.folder = folder
        self.changes = []
        self.woken = 0
        load = LoadOptions(**{"retries": 0, **options})
        self.versions = ModelVersions("colours", load, self.record, self.wake)

    def record(self, status):
        self.changes.append((status.version, status.state.name))

    def wake(self):
        self.woken += 1

    def refresh(self, *wanted):
        found = find_versions(self.folder)
        self.versions.aspire({v: found[v] for v in wanted or [max(found, default=0)] if v in found})
        return self.versions.work()

    def answering(self):
        with self.versions.lease() as (version, _):
            return version

    def states(self):
        return {s.version: s.state.name for s in self.versions.list_statuses()}


@pytest.fixture
def model(tmp_path):
    return Watched(tmp_path)


def test_the_newest_version_serves_and_the_old_one_ends_after_it(model):
    saved_models.publish(model.folder, 1)
    model.refresh()
    saved_models.publish(model.folder, 10)
    model.refresh()

    assert model.answering() == 10
    assert model.changes == [
        (1, "LOADING"),
        (1, "AVAILABLE"),
        (10, "LOADING"),
        (10, "AVAILABLE"),
        (1, "UNLOADING"),
        (1, "END"),
    ]


def test_several_versions_answer_at_a_time_and_the_newest_by_default(model):
    saved_models.publish(model.folder, 1)
    saved_models.publish(model.folder, 3)
    model.refresh(1, 3)

    assert model.states() == {1: "AVAILABLE", 3: "AVAILABLE"}
    assert model.answering() == 3


def test_a_version_that_does_not_load_leaves_the_old_one_serving(model):
    saved_models.publish(model.folder, 1)
    model.refresh()
    saved_models.publish_broken(model.folder, 2)
    model.refresh()
    model.refresh()

    newest = model.versions.list_statuses()[0]
    assert model.answering() == 1
    assert (newest.version, newest.state) == (2, VersionState.END)
    assert "saved_model" in newest.error
    assert model.changes.count((2, "LOADING")) == 1


def test_a_version_seen_while_it_is_copied_is_tried_again_and_served(tmp_path):
    model = Watched(tmp_path, retries=2, retry_seconds=0.0)
    broken = saved_models.publish_broken(model.folder, 2)
    model.refresh()
    assert model.states() == {2: "LOADING"}

    broken.rename(tmp_path / "partial")
    saved_models.publish(model.folder, 2)
    model.refresh()

    assert model.answering() == 2


def test_the_next_attempt_is_due_after_the_interval_and_none_after_the_last(tmp_path):
    saved_models.publish_broken(tmp_path, 2)

    retried = Watched(tmp_path, retries=1, retry_seconds=100.0).refresh()
    given_up = Watched(tmp_path).refresh()

    assert 90 < retried - time.monotonic() <= 100
    assert given_up == float("inf")


def test_a_version_that_failed_is_tried_again_once_it_was_published_again(model):
    broken = saved_models.publish_broken(model.folder, 2)
    model.refresh()
    broken.rename(model.folder / "broken")
    model.refresh()
    saved_models.publish(model.folder, 2)
    model.refresh()

    assert model.answering() == 2


def test_removing_the_newest_version_goes_back_to_the_one_before(model):
    saved_models.publish(model.folder, 1)
    newest = saved_models.publish(model.folder, 2)
    model.refresh()
    newest.rename(model.folder / "withdrawn")
    model.refresh()

    assert model.answering() == 1


def test_a_version_ends_only_after_the_requests_it_answers(model):
    saved_models.publish(model.folder, 1)
    model.refresh()
    saved_models.publish(model.folder, 2)

    with model.versions.lease(1) as (_, servable):
        model.refresh()
        assert model.states() == {1: "UNLOADING", 2: "AVAILABLE"}
        assert servable.find_signature("zeros").inputs
    assert model.woken == 1
    model.versions.work()

    assert model.changes[-1] == (1, "END")


@pytest.mark.parametrize(
    ("version", "request_"), [(9, "Specific(colours, 9)"), (None, "Latest(colours)")]
)
def test_a_version_that_is_not_loaded_is_not_found(model, version, request_):
    with pytest.raises(RequestError) as refused:
        model.versions.lease(version).__enter__()

    assert refused.value.code.name == "NOT_FOUND"
    assert str(refused.value) == f"Servable not found for request: {request_}"


def test_a_version_that_cannot_answer_its_warm_up_records_does_not_serve(model):
    folder = saved_models.publish(model.folder, 1)
    saved_models.record_warm_up(folder, b"no image")
    model.refresh()

    (status,) = model.versions.list_statuses()
    assert status.state is VersionState.END
    assert status.error.startswith("RequestError: ")


def test_warm_up_can_be_turned_off(tmp_path):
    model = Watched(tmp_path, warm_up=False)
    saved_models.record_warm_up(saved_models.publish(tmp_path, 1), b"no image")
    model.refresh()

    assert model.answering() == 1
