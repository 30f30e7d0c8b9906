"""The table of rejects, and the run that has too many of them."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion import examination, rejects
from components.ingestion.examination import ExaminedFile
from components.ingestion.rejects import Reject


def some(count):
    return [Reject("train", f"a/{n:02}.jpg", rejects.EMPTY, "0 bytes") for n in range(count)]


def test_what_is_written_is_read(tmp_path):
    rows = [Reject("val", 'a/"odd",\nname.jpg', rejects.TRUNCATED, "é, its end"), *some(2)]

    rejects.write(str(tmp_path), rows)

    assert rejects.read(str(tmp_path)) == sorted(rows)
    assert [path.name for path in tmp_path.iterdir()] == [rejects.FILE_NAME]


def test_the_table_of_many_copies_under_two_labels_stays_small(tmp_path):
    copies = [ExaminedFile(f"{c}/{n}.jpg", c, "train", "x") for c in "ab" for n in range(750)]

    rejects.write(str(tmp_path), [file.as_reject for file in examination.settle(copies)])

    assert (tmp_path / rejects.FILE_NAME).stat().st_size < 100 * len(copies)


def test_no_rejects_are_an_empty_table(tmp_path):
    rejects.write(str(tmp_path), [])

    assert rejects.read(str(tmp_path)) == []


def test_as_many_rejects_as_allowed_pass():
    rejects.check_fraction(some(5), 100, 0.05)


def test_too_many_rejects_name_the_count_the_limit_and_the_first_ten(caplog):
    with pytest.raises(DataError) as raised:
        rejects.check_fraction(some(12), 100, 0.05)

    message = str(raised.value)
    assert raised.value.reason == "too_many_rejects"
    assert "12 of 100" in message
    assert "5.0%" in message
    assert message.count("empty (0 bytes)") == 10
    assert caplog.text.count("empty (0 bytes)") == 12


@pytest.mark.parametrize(
    "start", ["=HYPERLINK(1)", "+1", "-1", "@x", "'=x", "\t=", "\uff1d1", "\n=", "rose"]
)
def test_spreadsheets_run_no_cell_and_the_names_can_be_read_back(tmp_path, start):
    reject = rejects.Reject("train", f"{start}.jpg", rejects.EMPTY, "0 bytes")

    rejects.write(str(tmp_path), [reject])

    cell = (tmp_path / rejects.FILE_NAME).read_text("utf-8").split("\n")[1].split(",")[1]
    assert cell.lstrip('"').startswith("r" if start == "rose" else "'")
    assert rejects.read(str(tmp_path)) == [reject]


def test_a_name_cannot_act_on_the_terminal_from_a_message(caplog):
    reject = rejects.Reject("train", "a\x1b[31m\u202e\n.jpg", rejects.EMPTY, "0 bytes")

    with pytest.raises(DataError) as raised:
        rejects.check_fraction([reject], files=1, limit=0.0)

    assert not {"\x1b", "\u202e"} & set(str(raised.value) + caplog.text)
    assert r"a\x1b[31m\u202e\n.jpg" in str(raised.value)
