"""Which models of a push root answer, and the errors of those that do not."""

from contextlib import contextmanager

import pytest

from serving.server.models.servables import Servables
from serving.server.request_errors import ModelNotFound, ModelNotReady
from tests.fakes.saved_models import publish, publish_broken


@contextmanager
def watching(root):
    servables = Servables(root, poll_seconds=0.1)
    servables.start()
    try:
        yield servables
    finally:
        servables.stop()


def test_every_model_can_be_asked(tmp_path):
    publish(tmp_path / "colours", 1)
    publish(tmp_path / "shades", 2)

    with watching(tmp_path) as servables:
        found = [servables.wait_until_available(name, timeout=60) for name in ("shades", "colours")]

    assert [(status.model, status.version) for status in found] == [("shades", 2), ("colours", 1)]


def test_if_the_newest_version_fails_to_load_at_the_start_the_one_before_serves(tmp_path):
    publish(tmp_path / "colours", 1)
    publish_broken(tmp_path / "colours", 2)

    with watching(tmp_path) as servables:
        assert servables.wait_until_available("colours", timeout=60).version == 1


def test_a_model_on_disk_is_not_ready_before_it_is_loaded(tmp_path):
    publish(tmp_path / "colours", 1)

    with pytest.raises(ModelNotReady, match="'colours'"):
        Servables(tmp_path).lease("colours").__enter__()


def test_a_missing_model_is_refused_with_those_that_exist(tmp_path):
    publish(tmp_path / "colours", 1)

    with pytest.raises(ModelNotFound, match=r"Latest\(roses\). Models: \['colours'\]"):
        Servables(tmp_path).list_statuses("roses")


def test_models_keep_serving_when_the_push_root_disappears(tmp_path):
    publish(tmp_path / "served" / "colours", 1)

    with watching(tmp_path / "served") as servables:
        servables.wait_until_available("colours", timeout=60)
        (tmp_path / "served").rename(tmp_path / "gone")
        servables._poll()

        with servables.lease("colours") as (version, _):
            assert version == 1
