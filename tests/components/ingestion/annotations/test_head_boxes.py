"""Pascal VOC's boxes as fractions of the image's sides."""

from __future__ import annotations

import pytest
from PIL.Image import Transpose

from components.ingestion.annotations import head_boxes
from components.ingestion.annotations.head_boxes import UnreadableBoxError
from components.ingestion.images import Picture
from tests.fakes.image_files import XML

PICTURE = Picture(b"", "JPEG", 40, 48)
TURNED = Picture(b"", "PNG", 40, 48, Transpose.ROTATE_90)
BOX = (0.25, 0.5, 0.25, 0.75)
SIZE = "<size><width>48</width><height>40</height></size>"


def test_sides_are_fractions_of_the_image():
    assert head_boxes.read(XML.encode(), PICTURE, "auto").sides == BOX


def test_there_may_be_several_boxes_or_none():
    one = XML[XML.index("<object>") : XML.index("</annotation>")]

    assert (
        head_boxes.read(f"<annotation>{one}{one}</annotation>".encode(), PICTURE, "auto").sides
        == BOX * 2
    )
    assert head_boxes.read(b"<annotation/>", PICTURE, "auto").sides == ()


def test_a_turned_photograph_keeps_boxes_that_were_drawn_after_its_turn():
    assert head_boxes.read(XML.encode(), TURNED, "auto").sides == BOX


@pytest.mark.parametrize(
    ("xml", "picture"),
    [
        pytest.param("<annotation><object>", PICTURE, id="cut-off"),
        pytest.param("", PICTURE, id="empty"),
        pytest.param(XML.replace("48", "60"), PICTURE, id="of-another-image"),
        pytest.param(XML.replace("48", "wide"), PICTURE, id="size-is-no-number"),
        pytest.param(XML.replace(SIZE, ""), TURNED, id="turned-and-of-no-size"),
        pytest.param(XML.replace("<xmax>24", "<xmax>49"), PICTURE, id="outside"),
        pytest.param(XML.replace("<xmax>24", "<xmax>12"), PICTURE, id="of-no-width"),
        pytest.param(XML.replace("<xmax>24", "<xmax>nan"), PICTURE, id="not-a-number"),
        pytest.param(XML.replace("<ymin>10</ymin>", ""), PICTURE, id="no-side"),
        pytest.param('<?xml version="1.0" encoding="odd"?><a/>', PICTURE, id="odd-encoding"),
        pytest.param('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', PICTURE, id="entities"),
    ],
)
def test_invalid_boxes_are_unreadable(xml, picture):
    with pytest.raises(UnreadableBoxError):
        head_boxes.read(xml.encode(), picture, "auto")


def test_our_own_bug_does_not_look_like_an_unreadable_box(monkeypatch):
    def broken(*_):
        raise TypeError("our own bug")

    monkeypatch.setattr(head_boxes, "_read_box", broken)

    with pytest.raises(TypeError, match="our own bug"):
        head_boxes.read(XML.encode(), PICTURE, "auto")
