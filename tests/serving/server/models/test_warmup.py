"""Warm-up records, in TF Serving's file."""

from serving.server.models.servable import Servable
from serving.server.models.warmup import warm_up
from tests.fakes import saved_models


def test_each_recorded_request_is_answered(tmp_path):
    folder = saved_models.publish(tmp_path, 1)
    saved_models.record_warm_up(folder, saved_models.draw("red"), saved_models.draw("blue"))

    assert warm_up(Servable(folder), folder) == 2


def test_a_version_without_records_needs_none(tmp_path):
    folder = saved_models.publish(tmp_path, 1)

    assert warm_up(Servable(folder), folder) == 0
