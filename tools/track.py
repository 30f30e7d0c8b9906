"""Chooses the track that this machine can load (docs/decisions/0001-two-tracks.md)."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass


class SetupError(Exception):
    """States in one sentence why set-up cannot continue, and the fix."""


@dataclass(frozen=True)
class Track:
    """A set of requirements that is installed and tested together."""

    name: str
    tfx: str
    pythons: tuple[str, ...]  # Newest first.
    glibc: tuple[int, int]  # The oldest version that can load its wheels.
    tag: str  # The newest platform tag of its wheels, for `uv --python-platform`.
    lock: str  # File name in requirements/.


# Two of the newer track's wheels are tagged for glibc 2.39; no symbol in them is newer than 2.38.
NEWER = Track(
    name="newer",
    tfx="1.21",
    pythons=("3.13", "3.12", "3.11"),
    glibc=(2, 38),
    tag="x86_64-manylinux_2_39",
    lock="py311-313.lock",
)
OLDER = Track(
    name="older",
    tfx="1.16",
    pythons=("3.10",),
    glibc=(2, 31),
    tag="x86_64-manylinux_2_31",
    lock="py310.lock",
)
TRACKS = (NEWER, OLDER)  # Newest first.


def choose(libc: str, machine: str, *, name: str = "", python: str = "") -> Track:
    """Returns the newest requested track that loads on `libc` ("glibc 2.36").

    `name` ("older") and `python` ("3.10") restrict the choice unless empty. Raises SetupError.
    """
    glibc = parse_glibc(libc, machine)
    matching = [track for track in TRACKS if name in ("", track.name) and accepts(track, python)]
    if not matching:
        known = "; ".join(map(describe, TRACKS))
        raise SetupError(
            f"{describe_request(name, python)} does not match a track: use one of {known}."
        )
    for track in matching:
        if glibc >= track.glibc:
            return track
    needed = matching[-1]
    raise SetupError(
        f"TFX {needed.tfx} needs glibc {format_version(needed.glibc)} or newer and this "
        f"machine has {format_version(glibc)}: use Debian 12 or 13, Ubuntu 22.04 or 24.04"
        + (f", or leave out {describe_request(name, python)}." if name or python else ".")
    )


def explain(track: Track, libc: str, *, requested: str = "") -> str:
    """The reason for the choice of `track`, as the end of a sentence."""
    if requested:
        return f"requested with {requested}"
    relation = "not older than" if track is NEWER else "older than"
    return f"{libc} here is {relation} the {format_version(NEWER.glibc)} that TFX {NEWER.tfx} needs"


def parse_glibc(libc: str, machine: str) -> tuple[int, int]:
    """Returns (2, 36) for "glibc 2.36". Raises SetupError if TFX has no wheels for the platform."""
    kind, _, version = libc.partition(" ")
    if kind != "glibc" or machine != "x86_64":
        raise SetupError(
            f"TFX has wheels for Linux with glibc on x86_64 only, but this is {libc} on {machine}: "
            "use Debian 12 or 13, or Ubuntu 22.04 or 24.04, on an x86_64 machine."
        )
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def find_libc() -> str:
    """Returns "glibc 2.36", or the system's name if it has no glibc."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or "another libc"
    except (AttributeError, OSError, ValueError):
        return f"{platform.system()} without glibc"


def find_machine() -> str:
    """Returns "x86_64", "aarch64" or the like."""
    return platform.machine()


def describe_request(name: str, python: str) -> str:
    """The request, as the user typed it."""
    parts = [f"TRACK={name}"] if name else []
    return " with ".join(parts + ([f"PYTHON of version {python}"] if python else []))


def accepts(track: Track, python: str) -> bool:
    """Whether `python` ("3.10"; empty: any) belongs to the track."""
    return not python or python in track.pythons


def describe(track: Track) -> str:
    """A track as an error message lists it."""
    return f"{track.name} (Python {', '.join(track.pythons)})"


def format_version(version: tuple[int, int]) -> str:
    """Returns "2.38" for (2, 38)."""
    return f"{version[0]}.{version[1]}"


if __name__ == "__main__":
    print(choose(find_libc(), find_machine()).name)
