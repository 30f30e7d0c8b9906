"""Files that Beam loses or repeats stop the run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.ingestion.account import Account, check_complete
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import ImageFile, Listing

LISTED = Listing((ImageFile("a/1", "a", None), ImageFile("a/2", "a", None)), ("a",))
SETTLED = [ExaminedFile("a/1", "a", "train", "1"), ExaminedFile("a/2", "a", "val", "2")]


@pytest.mark.parametrize(
    ("examined", "settled", "differing"),
    [
        pytest.param({1: 1, 2: 1}, SETTLED[:1], "2", id="lost-between-reading-and-writing"),
        pytest.param({1: 1}, SETTLED[:1], "none", id="lost-before-reading"),
        pytest.param({1: 1, 2: 1}, [*SETTLED, SETTLED[0]], "1", id="written-twice"),
        pytest.param({1: 2}, SETTLED, "1, 2", id="one-lost-and-one-twice"),
    ],
)
def test_files_that_beam_loses_stop_the_run(examined, settled, differing):
    with pytest.raises(RuntimeError, match="parallelism=N") as raised:
        check_complete(LISTED, Account(examined, settled), 4)

    assert f"differ: {differing}. " in str(raised.value)


def test_a_complete_account_passes():
    check_complete(LISTED, Account({1: 1, 2: 1}, SETTLED), 4)


def test_an_account_does_not_depend_on_splits():
    moved = [replace(file, split="test") for file in SETTLED]

    check_complete(LISTED, Account({1: 1, 2: 1}, moved), 4)
