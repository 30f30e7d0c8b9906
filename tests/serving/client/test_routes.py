"""Which version a request asks."""

import pytest

from serving.client.routes import ModelVersion, Route, hash_share

KEYS = [f"user-{number}" for number in range(2000)]


def canaries(percent, model="colours"):
    route = Route(canary_percent=percent)
    return {key for key in KEYS if route.choose(model, key).label == "canary"}


@pytest.mark.parametrize(
    ("options", "version"),
    [
        ({}, ModelVersion()),
        ({"version": 0}, ModelVersion(number=0)),
        ({"label": "stable"}, ModelVersion(label="stable")),
    ],
)
def test_a_version_or_label_is_asked_whatever_the_key(options, version):
    assert Route(**options).choose("colours", "key") == version


def test_the_share_of_keys_is_the_percentage_and_the_others_are_stable():
    route = Route(canary_percent=20)
    labels = [route.choose("colours", key).label for key in KEYS]

    assert set(labels) == {"stable", "canary"}
    assert labels.count("canary") / len(KEYS) == pytest.approx(0.2, abs=0.04)


def test_a_key_keeps_its_version_and_a_canary_stays_one_while_the_share_grows():
    assert canaries(10) == canaries(10)
    assert canaries(10) < canaries(30)
    assert (canaries(0), canaries(100)) == (set(), set(KEYS))


def test_models_have_canaries_of_their_own():
    assert canaries(10, "colours") != canaries(10, "pets")


def test_the_hash_is_the_same_on_every_machine():
    assert hash_share("colours", "user-1") == 0.5035847659957935
    assert 0 <= hash_share("colours", "\udcff") < 1


def test_requests_without_a_key_are_drawn():
    labels = {Route(canary_percent=50).choose("colours").label for _ in range(100)}

    assert labels == {"stable", "canary"}


@pytest.mark.parametrize(
    "options",
    [
        {"version": 1, "label": "stable"},
        {"label": "stable", "canary_percent": 0},
        {"version": -1},
        {"canary_percent": 101},
        {"canary_percent": float("nan")},
    ],
)
def test_options_that_contradict_or_are_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        Route(**options)
