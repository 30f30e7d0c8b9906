"""What a model answers about images, read from its outputs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from serving.client.errors import (
    ClassCountMismatch,
    InvalidOutput,
    MissingOutput,
    RowCountMismatch,
)

Outputs = Mapping[str, Any]  # Nested lists by output name; strings as str, `_bytes` as bytes.


@dataclass(frozen=True)
class Prediction:
    """The class of one image; probabilities by class name, in the model's order."""

    label: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Segmentation:
    """The classes of one image's pixels; fractions by class name, in the model's order."""

    mask: bytes  # PNG in the size of the image sent; each pixel is one byte, its class's number.
    class_fractions: dict[str, float]


Answers = list[Prediction] | list[Segmentation]


class _Form(NamedTuple):
    """A kind of model, and the outputs that its answers are read from."""

    kind: str
    answer: str
    values: str


CLASSES = _Form("classifier", answer="label", values="probabilities")
MASKS = _Form("segmenter", answer="mask_bytes", values="class_fractions")


def read_answers(outputs: Outputs, images: int) -> Answers:
    """Masks if the model makes them, else classes. Raises RequestRejected."""
    if MASKS.answer in outputs:
        return read_segmentations(outputs, images)
    return read_predictions(outputs, images)


def read_predictions(outputs: Outputs, images: int) -> list[Prediction]:
    """A classifier's outputs for this many images; without `labels`, classes are numbered.

    Raises RequestRejected.
    """
    return [Prediction(*row) for row in _read_rows(outputs, CLASSES, images)]


def read_segmentations(outputs: Outputs, images: int) -> list[Segmentation]:
    """A segmenter's outputs for this many images; without `labels`, classes are numbered.

    Raises RequestRejected.
    """
    rows = _read_rows(outputs, MASKS, images)
    return [Segmentation(_read_bytes(mask), fractions) for mask, fractions in rows]


def _read_rows(
    outputs: Outputs, form: _Form, images: int
) -> Iterator[tuple[Any, dict[str, float]]]:
    """For each image its answer, and a value by class name."""
    for output in (form.answer, form.values):
        if output not in outputs:
            raise MissingOutput(output, outputs, form.kind)
    answers, rows = outputs[form.answer], outputs[form.values]
    names = outputs.get("labels") or [[str(number) for number in range(len(r))] for r in rows]
    _check_count(form.values, rows, images)
    _check_count(form.answer, answers, images)
    _check_count("labels", names, images)
    return zip(answers, map(_name_values, rows, names), strict=True)


def _check_count(output: str, rows: Sequence[Any], images: int) -> None:
    if len(rows) != images:
        raise RowCountMismatch(output, len(rows), images)


def _name_values(row: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    if len(row) != len(names):
        raise ClassCountMismatch(len(names), len(row))
    return dict(zip(names, row, strict=True))


def _read_bytes(value: Any) -> bytes:
    """Bytes as they come over gRPC, or in base64 over REST."""
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value["b64"], validate=True)
    except (TypeError, KeyError, binascii.Error) as error:
        problem = f"{str(value)[:40]!r} is neither bytes nor base64"
        raise InvalidOutput(MASKS.answer, problem) from error
