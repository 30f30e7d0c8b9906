"""Which track a machine gets, and the errors for machines and requests without one."""

import pytest

from tools import track
from tools.track import NEWER, OLDER, SetupError


@pytest.mark.parametrize(
    ("libc", "expected"),
    [
        pytest.param("glibc 2.35", OLDER, id="ubuntu-22.04"),
        pytest.param("glibc 2.36", OLDER, id="debian-12"),
        pytest.param("glibc 2.38", NEWER, id="oldest-that-loads-the-newer"),
        pytest.param("glibc 2.39", NEWER, id="ubuntu-24.04"),
        pytest.param("glibc 2.41", NEWER, id="debian-13"),
        pytest.param("glibc 2.100", NEWER, id="compared-as-numbers"),
        pytest.param("glibc 2.39.9000", NEWER, id="development-release"),
    ],
)
def test_the_newest_track_that_the_libc_loads_is_chosen(libc, expected):
    assert track.choose(libc, "x86_64") is expected


def test_a_name_overrides_the_newest_track():
    assert track.choose("glibc 2.41", "x86_64", name="older") is OLDER


def test_a_python_selects_its_track():
    assert track.choose("glibc 2.41", "x86_64", python="3.10") is OLDER


def test_a_track_that_does_not_load_is_refused_with_a_fix():
    with pytest.raises(SetupError, match=r"glibc 2\.38 .* 2\.36\b.*TRACK=newer"):
        track.choose("glibc 2.36", "x86_64", name="newer")


def test_a_libc_older_than_every_track_is_refused():
    with pytest.raises(SetupError, match=r"TFX 1\.16 .*glibc 2\.31 .* Ubuntu 22\.04 or 24\.04\.$"):
        track.choose("glibc 2.28", "x86_64")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        pytest.param({"name": "newest"}, "TRACK=newest", id="unknown-name"),
        pytest.param({"python": "3.14"}, r"PYTHON .*3\.14", id="unsupported-python"),
        pytest.param({"name": "older", "python": "3.13"}, "TRACK=older", id="contradiction"),
    ],
)
def test_a_request_that_matches_no_track_lists_the_tracks(options, named):
    with pytest.raises(SetupError, match=named) as refusal:
        track.choose("glibc 2.41", "x86_64", **options)

    assert "newer (Python 3.13, 3.12, 3.11); older (Python 3.10)" in str(refusal.value)


@pytest.mark.parametrize(
    ("libc", "machine"),
    [
        pytest.param("another libc", "x86_64", id="musl"),
        pytest.param("Darwin without glibc", "arm64", id="macos"),
        pytest.param("glibc 2.41", "aarch64", id="arm"),
    ],
)
def test_a_machine_without_wheels_is_refused_by_name(libc, machine):
    with pytest.raises(SetupError, match=f"{libc} on {machine}"):
        track.choose(libc, machine)


def test_the_reason_names_both_versions_of_glibc():
    reason = track.explain(OLDER, "glibc 2.36")

    assert reason.startswith("glibc 2.36 ")
    assert "older than the 2.38" in reason
    assert "TFX 1.21" in reason


def test_the_reason_for_a_requested_track_is_the_request():
    reason = track.explain(OLDER, "glibc 2.41", requested="TRACK=older")

    assert "TRACK=older" in reason
    assert "glibc" not in reason


def test_this_machine_has_a_track():
    assert track.choose(track.find_libc(), track.find_machine()) in track.TRACKS
