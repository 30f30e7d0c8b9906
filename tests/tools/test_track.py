"""Which track a machine gets, and what it is told when it can have none."""

import pytest

from tools import track
from tools.track import NEWER, OLDER, SetupError


@pytest.mark.parametrize(
    ("libc", "expected"),
    [
        pytest.param("glibc 2.35", OLDER, id="ubuntu-22.04"),
        pytest.param("glibc 2.36", OLDER, id="debian-12"),
        pytest.param("glibc 2.38", NEWER, id="the-oldest-that-loads-the-newer"),
        pytest.param("glibc 2.39", NEWER, id="ubuntu-24.04"),
        pytest.param("glibc 2.41", NEWER, id="debian-13"),
        pytest.param("glibc 2.100", NEWER, id="compared-as-numbers"),
        pytest.param("glibc 2.39.9000", NEWER, id="a-development-release"),
    ],
)
def test_the_newest_track_that_the_libc_loads_is_taken(libc, expected):
    assert track.choose(libc, "x86_64") is expected


def test_a_name_overrules_the_newest():
    assert track.choose("glibc 2.41", "x86_64", name="older") is OLDER


def test_a_python_decides_the_track_it_belongs_to():
    assert track.choose("glibc 2.41", "x86_64", python="3.10") is OLDER


def test_a_track_that_does_not_load_is_refused_with_the_mend():
    with pytest.raises(
        SetupError, match=r"needs glibc 2\.38 .* has 2\.36: .*leave out TRACK=newer"
    ):
        track.choose("glibc 2.36", "x86_64", name="newer")


def test_a_libc_older_than_every_track_is_refused():
    with pytest.raises(
        SetupError, match=r"TFX 1\.16 needs glibc 2\.31 .* Ubuntu 22\.04 or 24\.04\.$"
    ):
        track.choose("glibc 2.28", "x86_64")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        pytest.param({"name": "newest"}, "TRACK=newest", id="a-name-that-is-none"),
        pytest.param({"python": "3.14"}, "PYTHON of version 3.14", id="a-python-of-no-track"),
        pytest.param({"name": "older", "python": "3.13"}, "TRACK=older", id="a-contradiction"),
    ],
)
def test_a_wish_for_no_track_is_refused_with_the_tracks_there_are(wish, message):
    with pytest.raises(SetupError, match=message) as refusal:
        track.choose("glibc 2.41", "x86_64", **wish)

    assert "newer (Python 3.13, 3.12, 3.11); older (Python 3.10)" in str(refusal.value)


@pytest.mark.parametrize(
    ("libc", "machine"),
    [
        pytest.param("another libc", "x86_64", id="musl"),
        pytest.param("Darwin without glibc", "arm64", id="macos"),
        pytest.param("glibc 2.41", "aarch64", id="arm"),
    ],
)
def test_a_machine_without_wheels_is_named_and_refused(libc, machine):
    with pytest.raises(SetupError, match=f"this is {libc} on {machine}"):
        track.choose(libc, machine)


def test_the_reason_names_both_libcs():
    reason = track.explain(OLDER, "glibc 2.36")

    assert reason == "glibc 2.36 here is older than the 2.38 that TFX 1.21 needs"


def test_the_reason_of_an_overruled_choice_is_the_wish():
    assert track.explain(OLDER, "glibc 2.41", asked="TRACK=older") == "TRACK=older asks for it"


def test_this_machine_has_a_track():
    assert track.choose(track.find_libc(), track.find_machine()) in track.TRACKS
