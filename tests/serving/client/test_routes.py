"""Which version a request asks."""

import pytest

from serving.client.errors import NotAnImage
from serving.client.routes import ModelVersion, Route, hash_share, join

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


HALF = Route(canary_percent=50)
MIXED = [(position, (str(position).encode(), key)) for position, key in enumerate(KEYS[:20])]


def test_the_images_of_a_batch_are_divided_by_the_version_of_their_keys():
    parts = HALF.split("colours", MIXED)

    assert {part.version.label for part in parts} == {"stable", "canary"}
    for part in parts:
        chosen = {HALF.choose("colours", KEYS[position]) for position in part.positions}
        assert chosen == {part.version}
        assert part.images == [str(position).encode() for position in part.positions]


def test_the_answers_to_the_parts_are_in_the_order_of_the_batch():
    parts = HALF.split("colours", MIXED)

    assert join(parts, [part.images for part in parts]) == [image for _, (image, _) in MIXED]


@pytest.mark.parametrize(
    ("route", "images"),
    [
        pytest.param(HALF, [b"", (b"", None)] * 10, id="drawn-together"),
        pytest.param(HALF, [(b"", "user-1")] * 20, id="one-key"),
        pytest.param(Route(label="stable"), [b"", (b"", "user-1")] * 10, id="no-canary"),
    ],
)
def test_a_batch_that_asks_one_version_stays_together(route, images):
    (part,) = route.split("colours", enumerate(images))

    assert part.positions == [*range(20)]


def test_an_unreadable_image_gets_its_position_in_the_whole_call():
    (part,) = Route().split("colours", [(7, b"a"), (8, b"b")])

    with pytest.raises(NotAnImage) as refused, part.name_positions():
        raise NotAnImage(1, "is empty")

    assert (refused.value.position, refused.value.reason) == (8, "is empty")
