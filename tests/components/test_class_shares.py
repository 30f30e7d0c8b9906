"""How many examples each class has, by StatisticsGen's real output."""

from __future__ import annotations

from components import class_shares
from tests.fakes.tiny_runs import clean_statistics, examples_of, record, statistics_of
from trainer.data import records


def test_counts_are_those_of_the_examples():
    assert class_shares.count(clean_statistics().uri, "train") == {"blue": 3, "red": 1}


def test_shares_sum_to_one_in_the_order_of_the_labels():
    shares = class_shares.compute(clean_statistics().uri, "test")

    assert list(shares.items()) == [("blue", 0.75), ("red", 0.25)]


def test_shares_in_a_models_folder_are_read_back_in_any_script(tmp_path):
    class_shares.write(str(tmp_path), {"Gänseblümchen": 0.75, "薔薇": 0.25})

    assert class_shares.read(str(tmp_path)) == {"Gänseblümchen": 0.75, "薔薇": 0.25}
    text = (tmp_path / "assets.extra/class_shares.json").read_text(encoding="utf-8")
    assert "薔薇" in text


def test_shares_are_replaced_without_leftovers(tmp_path):
    for shares in ({"blue": 1.0}, {"red": 1.0}):
        class_shares.write(str(tmp_path), shares)

    assert class_shares.read(str(tmp_path)) == {"red": 1.0}
    assert len(list((tmp_path / "assets.extra").iterdir())) == 1


def test_more_than_a_thousand_classes_are_counted(tmp_path):
    rows = [record(f"class {n}", 0) for n in range(1_100)]
    statistics = statistics_of(examples_of(tmp_path, rows), tmp_path)

    assert len(class_shares.count(statistics.uri, "train")) == 1_100


def test_a_model_without_shares_has_none(tmp_path):
    assert class_shares.read(str(tmp_path)) == {}


def test_examples_without_a_label_have_no_shares(tmp_path):
    rows = [record("blue", n, **{records.LABEL_TEXT: []}) for n in range(2)]
    statistics = statistics_of(examples_of(tmp_path, rows), tmp_path)

    assert class_shares.count(statistics.uri, "val") == {}
    assert class_shares.compute(statistics.uri, "val") == {}
