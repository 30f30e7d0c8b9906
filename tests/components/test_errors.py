"""The error that stops a run."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from components.errors import REASONS, DataError

ROOT = Path(__file__).parents[2]


def test_a_reason_that_is_not_in_the_list_is_refused():
    with pytest.raises(ValueError, match="'bad_weather'"):
        DataError("bad_weather", "It rains.")


def test_every_reason_in_the_code_is_in_the_list():
    files = [
        path for folder in ("components", "pipeline") for path in (ROOT / folder).rglob("*.py")
    ]
    raised = [
        reason
        for path in files
        for reason in re.findall(r'DataError\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    ]

    assert len(raised) > 40
    assert set(raised) <= set(REASONS)


def test_a_pickled_error_keeps_its_reason_and_its_text():
    error = pickle.loads(pickle.dumps(DataError("no_images", "data contains no images.")))

    assert (error.reason, str(error)) == ("no_images", "data contains no images.")
