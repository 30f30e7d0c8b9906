"""Finds the words for splits inside names: cats_train, 001-test.jpg, list_val.txt, trainlist01.

Such names are not read as splits. They show that the data is split in a way that nobody reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from components.errors import DataError
from components.ingestion.layouts.left_out import name_some
from components.ingestion.layouts.split_folders import WORDS

MORE_WORDS = {"test": ("holdout", "hold_out", "hold-out", "heldout", "held_out", "held-out")}
SPLIT_OF = {
    word: split for part in (WORDS, MORE_WORDS) for split, ws in part.items() for word in ws
}
ANY_WORD = "|".join(sorted(SPLIT_OF, key=len, reverse=True))
WHOLE_WORD = re.compile(f"(?<![A-Za-z])(?i:({ANY_WORD}))(?![a-z])")
PART = re.compile(f"(?i:({ANY_WORD}))")
MOST = 0.9  # Of the images: a few may be called otherwise.


def check_file_names(base: str, paths: Sequence[str]) -> None:
    """Raises DataError if most files are called as one of several splits, such as 1_test.jpg."""
    splits: dict[str, str] = {}
    named = 0
    for path in paths:
        if split := find_word(path.rpartition("/")[2]):
            splits.setdefault(split, path)
            named += 1
    if len(splits) > 1 and named >= MOST * len(paths):
        raise DataError(
            "split_ignored",
            f"{named:,} of {len(paths):,} images of {base!r} have a split in their names: "
            f"{name_some(sorted(splits.values()))}. Move them into train/, val/ and test/, or "
            "write split lists.",
        )


def find_named(names: Iterable[str]) -> dict[str, str]:
    """Returns a name for each split that is a word of its own in some name."""
    found: dict[str, str] = {}
    for name in names:
        if split := find_word(name):
            found.setdefault(split, name)
    return found


def find_word(name: str) -> str | None:
    """Returns the split that is a word of its own in a name: x_train1, but not constrain."""
    match = WHOLE_WORD.search(name)
    return SPLIT_OF[match[1].casefold()] if match else None


def find_twins(names: Iterable[str]) -> dict[str, str]:
    """Returns names that differ only in their split and in numbers, such as trainred and testred.

    They are one for each split; empty without such names.
    """
    alike: dict[str, dict[str, str]] = {}
    for name in sorted(names):
        for match in PART.finditer(name):
            rest = re.sub(r"\d+", "#", f"{name[: match.start()]}*{name[match.end() :]}")
            splits = alike.setdefault(rest.casefold(), {})
            splits.setdefault(SPLIT_OF[match[1].casefold()], name)
    return next((splits for splits in alike.values() if len(splits) > 1), {})
