"""A whole run with the page of labels to doubt, and a second one with another page."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from rich.console import Console

from components.doubt import collection, listing, own_network
from pipeline.batches.transformed import open_transformed
from pipeline.cli.labels import review
from pipeline.local import run
from tests.fakes import tiny, tiny_runs
from trainer.config import Threshold
from trainer.doubt_config import DoubtConfig

PER_CLASS = 24
EXPERIMENT = replace(
    tiny.EXPERIMENT,
    data=replace(tiny.EXPERIMENT.data, split_ratios=(2, 1, 1), max_share_change=1.0),
    gate=(Threshold(metric="accuracy", at_least=0.0),),
    doubt=DoubtConfig(most=4, weights="none"),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return tiny_runs.lay_out(tmp_path_factory.mktemp("doubting"), PER_CLASS)


@pytest.fixture(scope="module")
def result(settings):
    return run.run(EXPERIMENT, settings, Console(file=io.StringIO()))


@pytest.fixture(scope="module")
def second(result, settings):
    """The same with another number of images on the page."""
    changed = replace(EXPERIMENT, doubt=DoubtConfig(most=2, weights="none"))
    return run.run(changed, settings, Console(file=io.StringIO()))


def test_the_run_has_the_page_and_the_list(result):
    page = Path(result.doubts)

    assert "tiny: labels to doubt" in page.read_text("utf-8")
    found = listing.read(page.with_name("doubts.json"))
    assert (found.name, found.images) == ("tiny", sum(result.examples.values()))
    assert result.version


def test_another_page_trains_and_pushes_nothing(result, second):
    assert {*second.seconds} - {*second.cached} == {"LabelDoubts"}
    assert second.doubts != result.doubts
    assert second.version == result.version


def test_a_review_takes_the_list_of_the_newest_run_and_says_so(
    second, settings, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)

    found = review.read("tiny", settings.workdir)

    assert found == listing.read(Path(second.doubts).with_name("doubts.json"))
    assert str(Path(second.doubts).with_name("doubts.json")) in capsys.readouterr().out


def test_a_review_prefers_the_list_in_the_folder(second, settings, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    here = listing.read(Path(second.doubts).with_name("doubts.json"))
    Path("tiny-doubts.json").write_text(listing.to_json(replace(here, left=3)), "utf-8")

    assert review.read("tiny", settings.workdir).left == 3
    assert capsys.readouterr().out == ""


def test_own_folds_get_the_images_and_statistics_of_the_last_run(result, settings):
    with open_transformed(EXPERIMENT, "", settings.workdir) as found:
        own = own_network.load(EXPERIMENT, found.transform_graph, 2, print)

        assert collection.count(found.examples) == sum(result.examples.values())
    assert own.statistics.labels == tiny.LABELS


def test_own_folds_without_a_run_are_refused(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match="fcn run"),
        open_transformed(EXPERIMENT, "", str(tmp_path)),
    ):
        pass


def test_a_run_without_doubts_has_no_page(second, settings, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    plain = run.run(replace(EXPERIMENT, doubt=None), settings, Console(file=io.StringIO()))

    assert plain.doubts == ""
    with pytest.raises(typer.Exit):
        review.read("tiny", settings.workdir)
    assert "fcn doubt tiny" in capsys.readouterr().err
