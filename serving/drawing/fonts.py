"""Finds a font that has all characters of a text: Pillow's own, or one of this machine's."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
SUFFIXES = (".ttf", ".otf", ".ttc")
MOST = 2000  # Files that are looked at.
PROBE = 20  # Pixels: the size at which characters are compared.
LAST_RESORT = "Last Resort"  # Unicode's font, which shows a frame for each character of any script.
NO_CHARACTER = "\uffff"  # Drawn as what a font shows for characters that it lacks.


def find_font(text: str, size: int, folders: tuple[Path, ...] = FOLDERS) -> Font | None:
    """The font at this size, in pixels; None if no font has all characters."""
    if has_glyphs(ImageFont.load_default(), text):
        return ImageFont.load_default(size)
    path = _find_file(text, folders)
    return ImageFont.truetype(str(path), size) if path else None


def has_glyphs(font: Font, text: str) -> bool:
    """Whether the font has all characters of a text."""
    missing = _draw(font, NO_CHARACTER)
    return all(sign.isspace() or _draw(font, sign) not in (missing, None) for sign in set(text))


def _draw(font: Font, sign: str) -> bytes | None:
    """A character's pixels; None if the font cannot draw it."""
    try:
        return bytes(font.getmask(sign))
    except (UnicodeEncodeError, OSError):  # Pillow without FreeType has Latin letters only.
        return None


@functools.lru_cache(maxsize=256)
def _find_file(text: str, folders: tuple[Path, ...]) -> Path | None:
    for path in itertools.islice(_list_files(folders), MOST):
        try:
            font = ImageFont.truetype(str(path), PROBE)
            if has_glyphs(font, text) and not str(font.getname()[0]).startswith(LAST_RESORT):
                return path
        except OSError:  # Not a font that FreeType reads.
            continue
    return None


def _list_files(folders: tuple[Path, ...]) -> Iterator[Path]:
    """Fonts in the folders; regular ones first, then by name."""
    for folder in folders:
        files = (path for path in folder.expanduser().rglob("*") if path.suffix.lower() in SUFFIXES)
        yield from sorted(files, key=lambda path: ("regular" not in path.stem.lower(), path.name))
