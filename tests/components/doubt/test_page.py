"""The page of doubts, and the list in its file."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from components.doubt import listing, page
from components.doubt.page import Review
from components.ingestion.corrections.file import Correction
from tests.components.doubt.doubts import EVIL, LIST

REVIEW = Review("t0ken", "n0nce", "corrections.jsonl", {})


def test_the_list_is_read_back_from_its_file(tmp_path):
    (tmp_path / "list.json").write_text(listing.to_json(LIST), "utf-8")

    assert listing.read(tmp_path / "list.json") == LIST


@pytest.mark.parametrize("text", ["", "{}", '{"name": 3}'])
def test_other_files_are_refused(tmp_path, text):
    (tmp_path / "list.json").write_text(text)

    with pytest.raises(ValueError, match="fcn doubt"):
        listing.read(tmp_path / "list.json")


def test_the_page_shows_each_doubt_and_counts_all():
    html = page.render(LIST)

    assert re.findall('data-sha256="([0-9a-f]+)"', html) == [d.sha256 for d in LIST.doubts]
    assert "9 of 60 images" in html
    assert "7 further images" in html
    assert "b/9.jpg (b, test)" in html
    assert "and 3 more" in html


def test_regions_of_masks_are_not_called_wrong():
    html = page.render(replace(LIST, kind="mask"))

    assert "In 9 of 60 images, the segmenter is sure of another class" in html
    assert "probably wrong" not in html


@pytest.mark.parametrize("review", [None, REVIEW])
def test_names_from_outside_are_escaped(review):
    assert EVIL not in page.render(LIST, review)


def test_without_a_review_nothing_can_be_decided():
    html = page.render(LIST)

    assert "<button" not in html
    assert "<script" not in html


def test_a_review_shows_what_was_decided():
    decided = Correction(LIST.doubts[0].sha256, "a/1.jpg", "a", "wrong", "c")
    html = page.render(LIST, replace(REVIEW, decisions={decided.sha256: decided}))

    assert re.findall('data-sha256="[^"]+" data-decision="([a-z]*)"', html) == ["wrong", "", ""]
    assert html.count('<option value="c" selected>') == 2  # The decision, and a likely class.
    assert '<script nonce="n0nce">' in html


def test_masks_are_right_or_removed():
    html = page.render(replace(LIST, kind="mask", classes=()), REVIEW)

    assert set(re.findall('<button type="button" data-choice="([a-z]+)"', html)) == {
        "right",
        "remove",
    }
