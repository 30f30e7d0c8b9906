"""A second run is held to what the first was held to, unless somebody has pushed since."""

from dataclasses import replace
from pathlib import Path

import pytest

from components.serving_folder import NONE
from pipeline.local import reuse
from pipeline.settings import Settings
from trainer import configs
from trainer.overrides import apply_overrides

FLOWERS = configs.load("flowers")


@pytest.fixture
def settings(tmp_path):
    return Settings(
        data=f"{tmp_path}/data", workdir=f"{tmp_path}/run", push_root=f"{tmp_path}/served"
    )


@pytest.fixture(autouse=True)
def workdir(settings):
    Path(settings.workdir).mkdir()


def serve(settings, version):
    Path(settings.served_folder("flowers"), version).mkdir(parents=True)


def stop_serving(settings, version):
    Path(settings.served_folder("flowers"), version).rmdir()


def finish(settings, pushed, experiment=FLOWERS):
    """A whole run: pinned, pushed, and noted."""
    pinned = reuse.pin(experiment, settings)
    serve(settings, pushed)
    reuse.store(settings.workdir, pinned, pushed)
    return pinned


def test_the_first_run_compares_with_nothing(settings):
    assert reuse.pin(FLOWERS, settings).served_version == NONE


def test_the_first_run_compares_with_the_newest_version_that_is_served(settings):
    for version in ("9", "10", "2"):
        serve(settings, version)

    assert reuse.pin(FLOWERS, settings).served_version == "10"


def test_the_same_question_after_a_push_is_held_to_the_same(settings):
    first = finish(settings, "1")

    assert reuse.held_to(settings, reuse.pin(FLOWERS, settings)) == reuse.held_to(settings, first)


def test_the_same_question_is_held_to_the_same_after_its_push_was_deleted(settings):
    finish(settings, "1")
    stop_serving(settings, "1")

    assert reuse.pin(FLOWERS, settings).served_version == NONE


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda e, s: (apply_overrides(e, ["train.epochs=5"]), s), id="experiment"),
        pytest.param(lambda e, s: (e, replace(s, fingerprint="changed")), id="data-or-code"),
    ],
)
def test_another_question_compares_with_what_was_pushed(settings, change):
    finish(settings, "1")

    assert reuse.pin(*change(FLOWERS, settings)).served_version == "1"


def test_a_version_that_somebody_else_pushed_is_compared_with(settings):
    finish(settings, "1")
    serve(settings, "2")

    assert reuse.pin(FLOWERS, settings).served_version == "2"


def test_a_run_that_did_not_finish_holds_the_next_to_nothing(settings):
    reuse.pin(FLOWERS, settings)
    serve(settings, "7")

    assert reuse.pin(FLOWERS, settings).served_version == "7"


def test_a_push_that_is_repeated_stays_repeated(settings):
    pinned = reuse.pushing_again(finish(settings, "1"))
    reuse.store(settings.workdir, pinned, "1")

    assert reuse.pin(FLOWERS, settings).push_attempt == pinned.push_attempt != ""


def test_a_version_asked_for_by_number_is_taken(settings):
    serve(settings, "3")
    serve(settings, "4")

    assert reuse.pin(FLOWERS, replace(settings, served_version="3")).served_version == "3"


def test_the_code_is_the_same_as_long_as_nobody_changes_it():
    assert reuse.code() == reuse.code()
