"""The error that stops a run."""

from __future__ import annotations

import pickle

import pytest

from components.errors import DataError


def test_a_reason_that_is_not_in_the_list_is_refused():
    with pytest.raises(ValueError, match="'bad_weather'"):
        DataError("bad_weather", "It rains.")


def test_a_pickled_error_keeps_its_reason_and_its_text():
    error = pickle.loads(pickle.dumps(DataError("no_images", "data contains no images.")))

    assert (error.reason, str(error)) == ("no_images", "data contains no images.")
