"""Reads boxes around heads from Pascal VOC's XML (Everingham et al., IJCV 2010)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from components.ingestion.images import Picture

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SIDES = ("xmin", "xmax", "ymin", "ymax")
MAX_BYTES = 2**20  # Of a file; a few boxes need some hundred.


class UnreadableBoxError(ValueError):
    """XML without valid boxes inside the image."""


def read(data: bytes, picture: Picture) -> tuple[float, ...]:
    """Returns SIDES of each box, one after another: 0..1 of the picture's width and height.

    Raises UnreadableBoxError.
    """
    root = _parse(data)
    _check_size(root, picture)
    return tuple(side for box in root.iter("bndbox") for side in _read_box(box, picture))


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
        raise UnreadableBoxError(str(error)) from error


def _check_size(root: Element, picture: Picture) -> None:
    """Boxes of a turned photograph are valid only if they were drawn on the upright image."""
    given = [root.findtext(f"size/{side}") for side in ("height", "width")]
    if None in given and picture.turn is None:
        return
    if [_parse_number(text or "0") for text in given] != [picture.height, picture.width]:
        own = [picture.height, picture.width]
        raise UnreadableBoxError(f"drawn on {given}, but the image is {own}")


def _read_box(element: Element, picture: Picture) -> list[float]:
    pixels = [_parse_number(element.findtext(side, "")) for side in SIDES]
    whole = (picture.width, picture.width, picture.height, picture.height)
    xmin, xmax, ymin, ymax = box = [x / side for x, side in zip(pixels, whole, strict=True)]
    if not (0 <= xmin < xmax <= 1 and 0 <= ymin < ymax <= 1):
        size = f"{picture.width} x {picture.height}"
        raise UnreadableBoxError(f"{pixels} is not within {size}")
    return box


def _parse_number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UnreadableBoxError(f"{text!r} is not a number") from error
