"""A second run keeps the pin of the first, unless something else was pushed since."""

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
    """A whole run: choose a pin, push, write the pin."""
    pinned = reuse.pin(experiment, settings)
    serve(settings, pushed)
    reuse.store(settings.workdir, pinned, pushed)
    return pinned


def test_the_first_run_compares_with_nothing(settings):
    assert reuse.pin(FLOWERS, settings).served_version == NONE


def test_the_first_run_compares_with_the_newest_served_version(settings):
    for version in ("9", "10", "2"):
        serve(settings, version)

    assert reuse.pin(FLOWERS, settings).served_version == "10"


def test_the_same_run_after_a_push_keeps_its_pin(settings):
    first = finish(settings, "1")

    assert reuse.apply_pin(settings, reuse.pin(FLOWERS, settings)) == reuse.apply_pin(
        settings, first
    )


def test_the_same_run_keeps_its_pin_after_its_version_was_deleted(settings):
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
def test_a_changed_run_compares_with_the_version_pushed(settings, change):
    finish(settings, "1")

    assert reuse.pin(*change(FLOWERS, settings)).served_version == "1"


def test_a_version_pushed_by_others_becomes_the_baseline(settings):
    finish(settings, "1")
    serve(settings, "2")

    assert reuse.pin(FLOWERS, settings).served_version == "2"


def test_a_run_that_did_not_finish_leaves_no_pin(settings):
    reuse.pin(FLOWERS, settings)
    serve(settings, "7")

    assert reuse.pin(FLOWERS, settings).served_version == "7"


def test_a_repeated_push_is_not_repeated_again(settings):
    pinned = reuse.push_again(finish(settings, "1"))
    reuse.store(settings.workdir, pinned, "1")

    assert reuse.pin(FLOWERS, settings).push_attempt == pinned.push_attempt != ""


def test_a_version_may_be_chosen_by_number(settings):
    serve(settings, "3")
    serve(settings, "4")

    assert reuse.pin(FLOWERS, replace(settings, served_version="3")).served_version == "3"
