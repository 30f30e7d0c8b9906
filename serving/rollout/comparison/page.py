"""The page of a comparison: its numbers, and the images on which the versions disagree."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from serving import overlay
from serving.client import Localization, Segmentation
from serving.client.answers import Answer
from serving.drawing import boxes
from serving.drawing.html_pages import make_environment
from serving.rgb_images import make_upright
from serving.rollout.comparison.answers import Comparison, Difference
from serving.rollout.records import Position

TEMPLATE = "page.html.j2"
SIDE = 320  # Pixels of a picture's longer side.
CHANGED = (220, 38, 38)  # The colour of pixels whose class differs.
RUNNERS_UP = 3


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with the text below it."""

    uri: str
    caption: str


@dataclass(frozen=True)
class Card:
    """One image, and what the versions answered."""

    file: str
    agreement: float
    pictures: list[Picture]
    lines: list[str]


def render(model: str, position: Position, comparison: Comparison) -> str:
    """One self-contained HTML page. The names of files and classes are escaped."""
    cards = [make_card(found) for found in comparison.worst]
    template = make_environment(Path(__file__).parent).get_template(TEMPLATE)
    return template.render(model=model, position=position, comparison=comparison, cards=cards)


def make_card(found: Difference) -> Card:
    """The pictures and lines of one image."""
    encoded = found.file.read_bytes()
    with Image.open(io.BytesIO(make_upright(encoded))) as image:
        pictures = [
            Picture(_to_uri(image), "image"),
            *_draw_masks(image, found),
            *_draw_boxes(image, found),
        ]
    lines = [f"stable: {_describe(found.stable)}", f"canary: {_describe(found.canary)}"]
    if found.error:
        lines[1] += f" ({found.error})"
    return Card(str(found.file), found.metrics["agreement"], pictures, lines)


def _draw_masks(image: Image.Image, found: Difference) -> list[Picture]:
    """Both masks over the image, and the pixels whose class differs."""
    answers = {"stable": found.stable, "canary": found.canary}
    masks = {
        name: answer.mask for name, answer in answers.items() if isinstance(answer, Segmentation)
    }
    drawn = [
        Picture(_to_uri(overlay.blend(image, mask)), name)
        for name, mask in masks.items()
        if mask.shape == (image.height, image.width)
    ]
    if len(drawn) == 2:
        differs = Image.fromarray(masks["stable"] != masks["canary"])
        grey = image.convert("L").convert("RGB")
        grey.paste(CHANGED, mask=differs)
        drawn.append(Picture(_to_uri(grey), "different pixels in red"))
    return drawn


def _draw_boxes(image: Image.Image, found: Difference) -> Iterator[Picture]:
    """The image with the box of each answer."""
    for name, answer in (("stable", found.stable), ("canary", found.canary)):
        if isinstance(answer, Localization):
            picture = image.convert("RGB")
            boxes.draw_answer(picture, answer)
            yield Picture(_to_uri(picture), name)


def _describe(answer: Answer | None) -> str:
    if answer is None:
        return "no answer"
    if isinstance(answer, Segmentation):
        return _rank(answer.class_fractions)
    return f"{answer.label} ({_rank(answer.probabilities)})"


def _rank(values: dict[str, float]) -> str:
    """The greatest values, by name."""
    ranked = sorted(values.items(), key=lambda item: -item[1])[:RUNNERS_UP]
    return ", ".join(f"{name} {value:.3f}" for name, value in ranked)


def _to_uri(picture: Image.Image) -> str:
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    stream = io.BytesIO()
    small.save(stream, "PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
