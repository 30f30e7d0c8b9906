"""Pascal VOC's boxes as fractions of the image's sides."""

from __future__ import annotations

import pytest
from PIL.Image import Transpose

from components.ingestion import rejects
from components.ingestion.annotations import head_boxes
from components.ingestion.annotations.head_boxes import UnreadableBoxError
from components.ingestion.images import Picture
from tests.fakes.image_files import XML

PICTURE = Picture(b"", "JPEG", 40, 48)
TURNED = Picture(b"", "PNG", 40, 48, Transpose.ROTATE_90)
BOX = (0.25, 0.5, 0.25, 0.75)
SIZE = "<size><width>48</width><height>40</height></size>"


def test_sides_are_fractions_of_the_image():
    found = head_boxes.read(XML.encode(), PICTURE, "auto")

    assert (found.sides, found.names) == (BOX, ("cat",))


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
    ("xml", "reason"),
    [
        pytest.param("<annotation><object>", rejects.BOX_UNREADABLE, id="cut-off"),
        pytest.param("", rejects.BOX_UNREADABLE, id="empty"),
        pytest.param(XML.replace("48", "60"), rejects.BOX_SIZE_DIFFERS, id="of-another-image"),
        pytest.param(XML.replace("48", "wide"), rejects.BOX_UNREADABLE, id="size-is-no-number"),
        pytest.param(XML.replace("48", "nan"), rejects.BOX_UNREADABLE, id="size-is-nan"),
        pytest.param(XML.replace("48", "inf"), rejects.BOX_UNREADABLE, id="size-is-infinite"),
        pytest.param(XML.replace("<xmax>24", "<xmax>49"), rejects.BOX_OUTSIDE, id="outside"),
        pytest.param(XML.replace("<ymin>10", "<ymin>-1"), rejects.BOX_OUTSIDE, id="above"),
        pytest.param(XML.replace("<xmax>24", "<xmax>12"), rejects.BOX_WITHOUT_AREA, id="no-width"),
        pytest.param(XML.replace("<xmax>24", "<xmax>9"), rejects.BOX_WITHOUT_AREA, id="reversed"),
        pytest.param(XML.replace("<xmax>24", "<xmax>nan"), rejects.BOX_WITHOUT_AREA, id="nan"),
        pytest.param(XML.replace("<ymin>10</ymin>", ""), rejects.BOX_UNREADABLE, id="no-side"),
        pytest.param(
            '<?xml version="1.0" encoding="odd"?><a/>', rejects.BOX_UNREADABLE, id="odd-encoding"
        ),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', rejects.BOX_UNREADABLE, id="entities"
        ),
    ],
)
def test_invalid_boxes_have_a_reason(xml, reason):
    with pytest.raises(UnreadableBoxError) as refused:
        head_boxes.read(xml.encode(), PICTURE, "auto")

    assert refused.value.reason == reason


def test_boxes_of_a_turned_photograph_without_a_size_are_of_an_unknown_turn():
    with pytest.raises(UnreadableBoxError) as refused:
        head_boxes.read(XML.replace(SIZE, "").encode(), TURNED, "auto")

    assert refused.value.reason == rejects.BOX_SIZE_DIFFERS


def test_our_own_bug_does_not_look_like_an_unreadable_box(monkeypatch):
    def broken(*_):
        raise TypeError("our own bug")

    monkeypatch.setattr(head_boxes, "_read_box", broken)

    with pytest.raises(TypeError, match="our own bug"):
        head_boxes.read(XML.encode(), PICTURE, "auto")
