"""A second run keeps the pin of the first, unless something else was pushed since."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tensorflow.core.protobuf.fingerprint_pb2 import FingerprintDef

from components.serving_folder import NONE
from pipeline.local import reuse
from pipeline.settings import Settings
from tests.fakes.image_files import put
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
    """A whole run: pinned, begun, pushed, and finished."""
    pinned = begin(settings, experiment)
    serve(settings, pushed)
    reuse.finish(settings.workdir, pinned, pushed)
    return pinned


def begin(settings, experiment=FLOWERS):
    pinned = reuse.choose_pin(experiment, settings)
    reuse.begin(settings.workdir, pinned)
    return pinned


def train(settings, *, fingerprint):
    model = Path(settings.pipeline_root, "Trainer/model/7/Format-Serving")
    put(model, {"fingerprint.pb": FingerprintDef(checkpoint_hash=fingerprint).SerializeToString()})
    return model


def test_a_page_of_doubts_changes_nothing_about_the_comparison(settings):
    pinned = finish(settings, "17")

    doubted = apply_overrides(FLOWERS, ['doubt={"most": 5}'])
    assert reuse.choose_pin(doubted, settings).served_version == pinned.served_version


def test_the_first_run_compares_with_nothing(settings):
    assert reuse.choose_pin(FLOWERS, settings).served_version == NONE


def test_the_first_run_compares_with_the_newest_served_version(settings):
    for version in ("9", "10", "2"):
        serve(settings, version)

    assert reuse.choose_pin(FLOWERS, settings).served_version == "10"


def test_the_same_run_after_a_push_keeps_its_pin(settings):
    first = finish(settings, "1")

    assert reuse.apply_pin(settings, reuse.choose_pin(FLOWERS, settings)) == reuse.apply_pin(
        settings, first
    )


def test_the_same_run_keeps_its_pin_after_its_version_was_deleted(settings):
    finish(settings, "1")
    stop_serving(settings, "1")

    assert reuse.choose_pin(FLOWERS, settings).served_version == NONE


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda e, s: (apply_overrides(e, ["train.epochs=5"]), s), id="experiment"),
        pytest.param(lambda e, s: (e, replace(s, fingerprint="changed")), id="data-or-code"),
    ],
)
def test_a_changed_run_compares_with_the_version_pushed(settings, change):
    finish(settings, "1")

    assert reuse.choose_pin(*change(FLOWERS, settings)).served_version == "1"


def test_a_version_pushed_by_others_becomes_the_baseline(settings):
    finish(settings, "1")
    serve(settings, "2")

    assert reuse.choose_pin(FLOWERS, settings).served_version == "2"


def test_a_run_that_was_killed_after_its_push_is_not_compared_with_itself(settings):
    serve(settings, "6")
    begin(settings)
    shutil.copytree(train(settings, fingerprint=1), f"{settings.served_folder('flowers')}/7")

    assert reuse.choose_pin(FLOWERS, settings).served_version == "6"


def test_a_run_that_was_killed_is_compared_with_what_somebody_else_pushed(settings):
    serve(settings, "6")
    begin(settings)
    train(settings, fingerprint=1)
    serve(settings, "7")

    assert reuse.choose_pin(FLOWERS, settings).served_version == "7"


def test_an_earlier_question_is_held_to_the_same_after_another_was_killed(settings):
    first = finish(settings, "1")
    begin(settings, apply_overrides(FLOWERS, ["train.epochs=5"]))

    assert reuse.choose_pin(FLOWERS, settings).served_version == first.served_version


@pytest.mark.parametrize(
    "content", ["", "{", "[3]", '[{"inputs_digest": "x"}]', '{"inputs_digest": "x"}']
)
def test_pins_that_cannot_be_read_count_as_none(settings, caplog, content):
    finish(settings, "1")
    Path(reuse.locate_pins(settings.workdir)).write_text(content)

    assert reuse.choose_pin(FLOWERS, settings).served_version == "1"
    assert reuse.locate_pins(settings.workdir) in caplog.text


def test_only_some_pins_are_kept(settings):
    for epochs in range(1, 20):
        finish(settings, str(epochs), apply_overrides(FLOWERS, [f"train.epochs={epochs}"]))

    assert len(reuse.load(settings.workdir)) == reuse.MOST_PINS + 1


def test_a_push_that_is_repeated_stays_repeated(settings):
    pinned = reuse.push_again(finish(settings, "1"))
    reuse.finish(settings.workdir, pinned, "1")

    assert reuse.choose_pin(FLOWERS, settings).push_attempt == pinned.push_attempt != ""


def test_a_version_may_be_chosen_by_number(settings):
    serve(settings, "3")
    serve(settings, "4")

    assert reuse.choose_pin(FLOWERS, replace(settings, served_version="3")).served_version == "3"
