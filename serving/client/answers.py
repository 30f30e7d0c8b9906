"""What a model says of images, read from its outputs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from serving.client.errors import RequestRejected

Outputs = Mapping[str, Any]  # Nested lists by output name; strings as str, `_bytes` as bytes.


@dataclass(frozen=True)
class Prediction:
    """What the model says of one image; probabilities by class name, in the model's order."""

    label: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Segmentation:
    """What the model says of one image's pixels; fractions by class name, in the model's order."""

    mask: bytes  # PNG of one byte a pixel, the class's number, in the size of the image sent.
    class_fractions: dict[str, float]


Answers = list[Prediction] | list[Segmentation]


class _Form(NamedTuple):
    """The outputs that an answer is read from, and how to speak of their absence."""

    answer: str
    values: str
    lacking: str
    other: str


CLASSES = _Form("label", "probabilities", "is no classifier", other="masks")
MASKS = _Form("mask_bytes", "class_fractions", "makes no masks", other="classes")


def read_answers(outputs: Outputs, images: int) -> Answers:
    """Masks where the model makes them, else classes. Raises RequestRejected."""
    if "mask_bytes" in outputs:
        return read_segmentations(outputs, images)
    return read_predictions(outputs, images)


def read_predictions(outputs: Outputs, images: int) -> list[Prediction]:
    """A classifier's outputs for so many images; without `labels`, classes go by number.

    Raises RequestRejected.
    """
    return [Prediction(*row) for row in _rows(outputs, CLASSES, images)]


def read_segmentations(outputs: Outputs, images: int) -> list[Segmentation]:
    """A segmenter's outputs for so many images; without `labels`, classes go by number.

    Raises RequestRejected.
    """
    return [Segmentation(_bytes(mask), parts) for mask, parts in _rows(outputs, MASKS, images)]


def _rows(outputs: Outputs, form: _Form, images: int) -> Iterator[tuple[Any, dict[str, float]]]:
    """Of each image the answer, and a value by class name."""
    try:
        answers, rows = outputs[form.answer], outputs[form.values]
    except KeyError as error:
        raise RequestRejected(
            f"The model {form.lacking}: no output {error} among {sorted(outputs)}. "
            f"Client.ask takes {form.other} too."
        ) from error
    names = outputs.get("labels") or [[str(number) for number in range(len(r))] for r in rows]
    _check_count(form.values, rows, images)
    _check_count(form.answer, answers, images)
    _check_count("labels", names, images)
    return zip(answers, map(_by_name, rows, names), strict=True)


def _check_count(name: str, rows: Sequence[Any], images: int) -> None:
    if len(rows) != images:
        raise RequestRejected(
            f"The model's answers do not fit together: {len(rows)} rows of {name!r} came back "
            f"for {images} images. Each output must have one row for each image."
        )


def _by_name(row: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    if len(row) != len(names):
        raise RequestRejected(
            f"The model's answers do not fit together: {len(row)} values came back for "
            f"{len(names)} class names."
        )
    return dict(zip(names, row, strict=True))


def _bytes(value: Any) -> bytes:
    """Bytes as they come over gRPC, or in base64 over REST."""
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value["b64"], validate=True)
    except (TypeError, KeyError, binascii.Error) as error:
        raise RequestRejected(f"A mask is neither bytes nor base64: {str(value)[:40]!r}") from error
