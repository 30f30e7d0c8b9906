"""Reads boxes around heads from Pascal VOC's XML (Everingham et al., IJCV 2010)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from PIL.Image import Transpose

from components.ingestion import rejects
from components.ingestion.annotations.orientation import Choice, choose_turn
from components.ingestion.images import Picture, RejectError
from serving.orientation import INVERSE, SWAPPING, turn_size

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SIDES = ("xmin", "xmax", "ymin", "ymax")
FLIPPING_X = (
    Transpose.FLIP_LEFT_RIGHT,
    Transpose.ROTATE_180,
    Transpose.ROTATE_270,
    Transpose.TRANSVERSE,
)
FLIPPING_Y = (
    Transpose.FLIP_TOP_BOTTOM,
    Transpose.ROTATE_180,
    Transpose.ROTATE_90,
    Transpose.TRANSVERSE,
)
MAX_BYTES = 2**20  # Of a file; a few boxes need some hundred.


class UnreadableBoxError(RejectError):
    """XML without valid boxes inside the image; `reason` is one of rejects.BOX_REASONS."""


class HeadBoxes(NamedTuple):
    """The boxes of one image."""

    sides: tuple[float, ...] = ()  # SIDES of each box in turn: 0..1 of the image's width or height.
    is_turn_known: bool = True
    names: tuple[str, ...] = ()  # What is in each box.


def read(data: bytes, picture: Picture, oriented: str) -> HeadBoxes:
    """Reads the boxes, turned upright as their picture was. Raises UnreadableBoxError."""
    root = _parse(data)
    turn, is_known = _choose_turn(root, picture, oriented)
    size = turn_size((picture.width, picture.height), turn and INVERSE[turn])
    boxes = [_turn_box(_read_box(each, size), turn) for each in root.findall("object")]
    sides = tuple(side for box in boxes for side in box)
    return HeadBoxes(sides, is_known or not boxes, _list_names(root))


def read_names(data: bytes) -> tuple[str, ...]:
    """What is in each box. Raises UnreadableBoxError."""
    return _list_names(_parse(data))


def _list_names(root: Element) -> tuple[str, ...]:
    return tuple(each.findtext("name", "").strip() for each in root.findall("object"))


def _parse(data: bytes) -> Element:
    try:
        return ElementTree.fromstring(data)
    except (
        ElementTree.ParseError,
        DefusedXmlException,
        LookupError,  # An unknown encoding.
        TypeError,
        ValueError,
    ) as error:
        raise UnreadableBoxError(rejects.BOX_UNREADABLE, str(error)) from error


def _choose_turn(root: Element, picture: Picture, oriented: str) -> Choice:
    """Boxes of a turned photograph are readable only if the file names its size."""
    given = [root.findtext(f"size/{side}") for side in ("width", "height")]
    if None in given and picture.turn is None:
        return Choice(None, is_known=True)
    width, height = (_parse_number(text or "0") for text in given)
    try:
        return choose_turn((int(width), int(height)), None, picture, oriented)
    except RejectError as error:
        raise UnreadableBoxError(rejects.BOX_SIZE_DIFFERS, error.detail) from error
    except (OverflowError, ValueError) as error:  # Of infinity and NaN.
        raise UnreadableBoxError(rejects.BOX_UNREADABLE, str(error)) from error


def _read_box(element: Element, size: tuple[int, int]) -> list[float]:
    pixels = [_parse_number(element.findtext(f"bndbox/{side}", "")) for side in SIDES]
    xmin, xmax, ymin, ymax = pixels
    if not (xmin < xmax and ymin < ymax):
        raise UnreadableBoxError(rejects.BOX_WITHOUT_AREA, _describe(pixels))
    width, height = size
    if min(pixels) < 0 or xmax > width or ymax > height:
        detail = f"{_describe(pixels)} is not within {width} x {height}"
        raise UnreadableBoxError(rejects.BOX_OUTSIDE, detail)
    return [xmin / width, xmax / width, ymin / height, ymax / height]


def _describe(pixels: list[float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in zip(SIDES, pixels, strict=True))


def _turn_box(box: list[float], turn: Transpose | None) -> list[float]:
    """The same box in the turned image. Each turn is a transposition, then flips of axes."""
    xmin, xmax, ymin, ymax = box
    if turn in SWAPPING:
        xmin, xmax, ymin, ymax = ymin, ymax, xmin, xmax
    if turn in FLIPPING_X:
        xmin, xmax = 1 - xmax, 1 - xmin
    if turn in FLIPPING_Y:
        ymin, ymax = 1 - ymax, 1 - ymin
    return [xmin, xmax, ymin, ymax]


def _parse_number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UnreadableBoxError(rejects.BOX_UNREADABLE, f"{text!r} is not a number") from error
