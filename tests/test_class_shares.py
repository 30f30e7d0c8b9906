"""How many examples each class has, by StatisticsGen's real output."""

from __future__ import annotations

import pytest
from tiny_runs import clean_statistics, examples_of, record, statistics_of

from components import class_shares
from components.errors import DataError
from trainer import records


def test_counts_are_those_of_the_examples():
    assert class_shares.counts(clean_statistics().uri, "train") == {"blue": 3, "red": 1}


def test_shares_sum_to_one_in_the_order_of_the_labels():
    shares = class_shares.shares(clean_statistics().uri, "test")

    assert list(shares.items()) == [("blue", 0.75), ("red", 0.25)]


def test_shares_beside_a_model_are_read_back(tmp_path):
    class_shares.write(str(tmp_path), {"blue": 0.75, "red": 0.25})

    assert class_shares.read(str(tmp_path)) == {"blue": 0.75, "red": 0.25}
    assert (tmp_path / "assets.extra/class_shares.json").is_file()


def test_a_model_without_shares_beside_it_has_none(tmp_path):
    assert class_shares.read(str(tmp_path)) == {}


def test_examples_without_a_label_are_an_error_that_says_which_split(tmp_path):
    rows = [record("blue", n, **{records.LABEL_TEXT: []}) for n in range(2)]
    statistics = statistics_of(examples_of(tmp_path, rows), tmp_path)

    with pytest.raises(DataError, match="val: no example has image/class/text"):
        class_shares.counts(statistics.uri, "val")
