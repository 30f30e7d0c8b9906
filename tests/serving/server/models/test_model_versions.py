"""The change from one version to the next."""

import threading

import pytest

from serving.server.models.model_versions import ModelVersions, VersionState
from serving.server.request_errors import ModelNotFound, ModelNotReady
from serving.versions import find_versions
from tests.fakes import saved_models


class Watched:
    """A model on disk, its versions in memory, and the changes that were reported."""

    def __init__(self, folder):
        self.folder = folder
        self.changes = []
        self.versions = ModelVersions(
            "colours", lambda status: self.changes.append((status.version, status.state.name))
        )

    def refresh(self):
        self.versions.refresh(find_versions(self.folder))

    def answering(self):
        with self.versions.lease() as (version, _):
            return version


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

    with model.versions.lease(1):
        change = threading.Thread(target=model.refresh)
        change.start()
        while (1, "UNLOADING") not in model.changes:
            change.join(0.01)
        assert (1, "END") not in model.changes
        assert model.answering() == 2
    change.join()

    assert model.changes[-1] == (1, "END")


def test_a_version_that_is_not_loaded_is_refused_with_those_that_are(model):
    saved_models.publish(model.folder, 4)
    model.refresh()

    with pytest.raises(ModelNotFound, match=r"Specific\(colours, 9\). Versions: \[4\]"):
        model.versions.lease(9).__enter__()


def test_without_a_version_that_loads_the_model_is_not_ready(model):
    saved_models.publish_broken(model.folder, 1)
    model.refresh()

    with pytest.raises(ModelNotReady, match=r"'colours'.*version 1 is END"):
        model.answering()


def test_a_version_that_cannot_answer_its_warm_up_records_does_not_serve(model):
    folder = saved_models.publish(model.folder, 1)
    saved_models.record_warm_up(folder, b"no image")
    model.refresh()

    (status,) = model.versions.list_statuses()
    assert status.state is VersionState.END
    assert status.error.startswith("BadInput: ")
