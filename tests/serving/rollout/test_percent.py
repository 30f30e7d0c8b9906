"""The share of requests for the canary, read by clients."""

from __future__ import annotations

import pytest

from serving.rollout import read_canary_percent, records
from serving.rollout.records import Position


@pytest.fixture
def file(tmp_path):
    change = records.make_change("shop", "canary", (Position(1), Position(1, 2, 2.5)))
    path = tmp_path / "models.rollout.json"
    path.write_text(records.write_state("", change), encoding="utf-8")
    return path


def test_the_share_of_a_model_is_what_its_roll_out_recorded(file):
    assert read_canary_percent(file, "shop") == 2.5


def test_before_a_models_first_roll_out_there_is_no_share(file, tmp_path):
    assert read_canary_percent(file, "farm") is None
    assert read_canary_percent(tmp_path / "none.json", "shop") is None


def test_a_damaged_file_is_an_error(file):
    file.write_text("{", encoding="utf-8")

    with pytest.raises(ValueError, match="Expecting"):
        read_canary_percent(file, "shop")
