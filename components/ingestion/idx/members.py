"""The images of IDX files as files of their own: train-images-idx3-ubyte.gz#00042.

The files' names decide the splits: train, val, and test or t10k; without any, the content does.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image

from components.errors import DataError
from components.ingestion.idx import files
from components.ingestion.layouts.split_folders import complete
from components.ingestion.layouts.split_words import find_word

NAME = re.compile(
    r"(?P<stem>(?:.*/)?[^/]*?)(?P<kind>images[-.]idx3|labels[-.]idx1)[-.]ubyte(\.gz)?"
)
MEMBER = re.compile(r"(?P<file>.*images[-.]idx3[-.]ubyte(?:\.gz)?)#(?P<index>\d+)")
EXAMPLES = "train-images-idx3-ubyte and train-labels-idx1-ubyte, or both with .gz"


class Pair(NamedTuple):
    """A file of images, and that of their labels; relative to the folder."""

    images: str
    labels: str


class Member(NamedTuple):
    """One image of a file."""

    path: str
    label: str
    split: str | None  # None if the content decides.


class Part(NamedTuple):
    """One image as ingestion reads files."""

    digest: str  # SHA-256 of its size and its pixels.
    png: bytes


def find_pairs(base: str, paths: Sequence[str]) -> list[Pair]:
    """Finds the IDX files. Raises DataError for images without labels, and the reverse."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(paths, reverse=True):  # Unpacked files last: they replace packed ones.
        if match := NAME.fullmatch(path):
            found.setdefault(match["stem"], {})[match["kind"][:6]] = path
    for stem, kinds in found.items():
        if len(kinds) < 2:
            raise DataError(
                "idx_incomplete",
                f"{base!r} contains {next(iter(kinds.values()))!r}, but no file of "
                f"{'labels' if 'images' in kinds else 'images'} with the beginning {stem!r}. Give "
                f"both files, such as {EXAMPLES}.",
            )
    return [Pair(kinds["images"], kinds["labels"]) for _, kinds in sorted(found.items())]


def list_members(base: str, pairs: Sequence[Pair]) -> Iterator[Member]:
    """Lists the images of all files. Raises DataError for a damaged file."""
    splits = choose_splits(base, pairs)
    for pair in pairs:
        header = files.check_images(f"{base}/{pair.images}")
        labels = files.read_labels(f"{base}/{pair.labels}")
        if len(labels) != header.images:
            raise DataError(
                "idx_incomplete",
                f"{pair.images!r} in {base!r} has {header.images:,} images, and {pair.labels!r} "
                f"{len(labels):,} labels. Give the files that belong together.",
            )
        digits = len(str(header.images - 1))
        for index, label in enumerate(labels):
            yield Member(f"{pair.images}#{index:0{digits}}", str(label), splits[pair])


def choose_splits(base: str, pairs: Sequence[Pair]) -> dict[Pair, str | None]:
    """Chooses each pair's split by the words in its names. Raises DataError for train alone."""
    words = {
        pair: "test" if "t10k" in (name := pair.images.rpartition("/")[2]) else find_word(name)
        for pair in pairs
    }
    named = {pair: split for pair, split in words.items() if split}
    if len(pairs) == 1 or not named:
        return dict.fromkeys(pairs)
    if len(named) < len(pairs):
        rest = next(pair.images for pair in pairs if pair not in named)
        raise DataError(
            "mixed_layout",
            f"{base!r} contains {next(iter(named)).images!r}, and {rest!r}, whose name has no "
            "split. Let each name begin with train-, val- or test-.",
        )
    return {**complete(repr(base), named)}


def find_member(path: str) -> tuple[str, int] | None:
    """The file and the index of the image that a path stands for; None for any other path."""
    match = MEMBER.fullmatch(path)
    return (match["file"], int(match["index"])) if match else None


def read(path: str, index: int) -> Part:
    """Reads one image as a grey PNG file."""
    pixels = files.read_image(path, index)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    size = f"{pixels.shape[0]} x {pixels.shape[1]}\n".encode()
    return Part(hashlib.sha256(size + pixels.tobytes()).hexdigest(), stream.getvalue())
