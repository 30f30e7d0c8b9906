"""A second run is held to what the first was held to, as long as that is still there."""

from dataclasses import replace

import pytest

from pipeline import pins
from pipeline.settings import Settings
from trainer import configs

FLOWERS = configs.load("flowers")


@pytest.fixture
def settings(tmp_path):
    return Settings(
        data=f"{tmp_path}/data", workdir=f"{tmp_path}/run", push_root=f"{tmp_path}/served"
    )


def push(settings, version):
    folder = f"{settings.served_folder('flowers')}/{version}"
    pins.Path(folder).mkdir(parents=True)


def test_the_first_run_compares_with_nothing(settings):
    pinned, same_code = pins.pin(FLOWERS, settings)

    assert pinned.served_version == "none"
    assert same_code


def test_the_same_question_compares_with_the_same_version_after_a_push(settings):
    pins.pin(FLOWERS, settings)
    push(settings, 1)

    pinned, same_code = pins.pin(FLOWERS, settings)

    assert pinned.served_version == "none"
    assert pinned.push_attempt == ""
    assert same_code


def test_another_experiment_compares_with_the_newest_version(settings):
    pins.pin(FLOWERS, settings)
    push(settings, 2)
    push(settings, 10)

    pinned, _ = pins.pin(replace(FLOWERS, gate=()), settings)

    assert pinned.served_version == "10"


def test_changed_data_compares_with_the_newest_version(settings):
    pins.pin(FLOWERS, settings)
    push(settings, 1)

    pinned, _ = pins.pin(FLOWERS, replace(settings, fingerprint="changed"))

    assert pinned.served_version == "1"


def test_a_push_is_asked_for_once_more_and_then_stays_done(settings):
    pins.pin(FLOWERS, settings)
    pins.push_again(settings.workdir)

    pinned, _ = pins.pin(FLOWERS, settings)
    later, _ = pins.pin(FLOWERS, settings)

    assert pinned.push_attempt != ""
    assert later.push_attempt == pinned.push_attempt


def test_a_version_compared_with_that_went_away_is_replaced_by_the_newest(settings):
    pins.Path(settings.served_folder("flowers"), "3").mkdir(parents=True)
    pins.pin(FLOWERS, settings)
    pins.Path(settings.served_folder("flowers"), "3").rmdir()

    pinned, _ = pins.pin(FLOWERS, settings)

    assert pinned.served_version == "none"


def test_changed_sources_are_noticed_once(settings):
    pins.pin(FLOWERS, settings)
    pins.store(settings.workdir, replace(pins.load(settings.workdir), code="older"))

    _, same_code = pins.pin(FLOWERS, settings)
    _, same_code_after = pins.pin(FLOWERS, settings)

    assert not same_code
    assert same_code_after


def test_a_version_asked_for_by_number_is_taken(settings):
    pins.Path(settings.served_folder("flowers"), "3").mkdir(parents=True)
    pins.Path(settings.served_folder("flowers"), "4").mkdir(parents=True)

    pinned, _ = pins.pin(FLOWERS, replace(settings, served_version="3"))

    assert pinned.served_version == "3"
