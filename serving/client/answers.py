"""What a model answers about images, read from its outputs."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from serving.client.errors import (
    ClassCountMismatch,
    InvalidOutput,
    MissingOutput,
    RowCountMismatch,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ONE_BYTE = ("L", "P")  # Pillow's modes of PNGs with one byte per pixel.

Arrays = Mapping[str, "NDArray[Any]"]  # By input or output name; strings as str.
Outputs = Mapping[str, Any]  # Nested lists by output name; strings as str, `_bytes` as bytes.


@dataclass(frozen=True)
class Prediction:
    """The class of one image; probabilities by class name, in the model's order."""

    label: str
    probabilities: dict[str, float]
    unknown: bool | None = None  # Whether no class is probable enough; None: it has no threshold.


@dataclass(frozen=True)
class Segmentation:
    """The classes of one image's pixels; fractions by class name, in the model's order."""

    mask_png: bytes  # In the size of the image sent; each pixel is one byte, its class's number.
    class_fractions: dict[str, float]
    confidence_png: bytes | None = None  # As the mask: each pixel's probability times 255.

    @cached_property
    def mask(self) -> NDArray[np.uint8]:
        """The class number of each pixel, [H, W] uint8. Raises InvalidOutput.

        `names[mask]` contains the name of each pixel's class.
        """
        return _decode_png(MASKS.answer, self.mask_png)

    @cached_property
    def confidence(self) -> NDArray[np.float32] | None:
        """The probability of each pixel's class, [H, W] float32 in 0..1; None without the output.

        Raises InvalidOutput.
        """
        png = self.confidence_png
        return None if png is None else _decode_png(CONFIDENCE, png).astype("float32") / 255

    @property
    def names(self) -> NDArray[np.str_]:
        """The name of each class, at the place of its number in the mask."""
        import numpy as np

        return np.array(list(self.class_fractions))


class Box(NamedTuple):
    """Sides of a box, in pixels of the upright image, from its upper left corner."""

    ymin: float
    xmin: float
    ymax: float
    xmax: float

    def compute_iou(self, other: Box) -> float:
        """Intersection over union, in 0..1; 0 if neither has an area."""
        both = Box(
            max(self.ymin, other.ymin),
            max(self.xmin, other.xmin),
            min(self.ymax, other.ymax),
            min(self.xmax, other.xmax),
        ).area
        either = self.area + other.area - both
        return both / either if either else 0.0

    @property
    def area(self) -> float:
        """Its pixels; 0 if a side is negative."""
        return max(0.0, self.ymax - self.ymin) * max(0.0, self.xmax - self.xmin)


@dataclass(frozen=True)
class Localization:
    """The class of one image's object and the box around it; probabilities as in Prediction."""

    label: str
    probabilities: dict[str, float]
    box: Box
    unknown: bool | None = None

    @property
    def probability(self) -> float:
        """That of the label: the greatest one."""
        return max(self.probabilities.values())


@dataclass(frozen=True)
class VersionStatus:
    """A version of the model as its server sees it: LOADING, AVAILABLE, UNLOADING or END."""

    version: int
    state: str
    error: str = ""


Answer = Prediction | Segmentation | Localization
Answers = list[Answer]


class _Form(NamedTuple):
    """A kind of model, and the outputs that its answers are read from."""

    kind: str
    answer: str
    values: str


CLASSES = _Form("classifier", answer="label", values="probabilities")
BOXES = _Form("localizer", answer="boxes", values="probabilities")
MASKS = _Form("segmenter", answer="mask_bytes", values="class_fractions")
UNKNOWN, CONFIDENCE = "unknown", "confidence_bytes"  # Outputs that not every model has.


def read_answers(outputs: Outputs, images: int) -> Answers:
    """Masks or boxes if the model makes them, else classes. Raises RequestRejected."""
    if MASKS.answer in outputs:
        return [*read_segmentations(outputs, images)]
    if BOXES.answer in outputs:
        return [*read_localizations(outputs, images)]
    return [*read_predictions(outputs, images)]


def read_predictions(outputs: Outputs, images: int) -> list[Prediction]:
    """A classifier's outputs for this many images; without `labels`, classes are numbered.

    Raises RequestRejected.
    """
    rows = _read_rows(outputs, CLASSES, images)
    flags = _read_optional(outputs, UNKNOWN, images)
    return [Prediction(*row, flag) for row, flag in zip(rows, flags, strict=True)]


def read_segmentations(outputs: Outputs, images: int) -> list[Segmentation]:
    """A segmenter's outputs for this many images; without `labels`, classes are numbered.

    Raises RequestRejected.
    """
    rows = _read_rows(outputs, MASKS, images)
    pictures = _read_optional(outputs, CONFIDENCE, images)
    found = [picture and read_bytes(CONFIDENCE, picture) for picture in pictures]
    return [
        Segmentation(read_bytes(MASKS.answer, mask), fractions, picture)
        for (mask, fractions), picture in zip(rows, found, strict=True)
    ]


def read_localizations(outputs: Outputs, images: int) -> list[Localization]:
    """A localizer's outputs for this many images; without `labels`, classes are numbered.

    Raises RequestRejected.
    """
    rows = _read_rows(outputs, BOXES, images)
    classes = read_predictions(outputs, images)
    return [
        Localization(found.label, probabilities, _read_box(box), found.unknown)
        for found, (box, probabilities) in zip(classes, rows, strict=True)
    ]


def _read_box(sides: Sequence[float]) -> Box:
    if len(sides) != len(Box._fields):
        raise InvalidOutput(BOXES.answer, f"{sides} does not have {len(Box._fields)} sides")
    return Box(*sides)


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


def _read_optional(outputs: Outputs, output: str, images: int) -> Sequence[Any]:
    """A value for each image; None for each if the model does not return this output."""
    if output not in outputs:
        return [None] * images
    _check_count(output, outputs[output], images)
    return outputs[output]


def _decode_png(output: str, png: bytes) -> NDArray[np.uint8]:
    """A PNG of one byte per pixel, [H, W]. Raises InvalidOutput."""
    import numpy as np
    from PIL import Image

    from serving.rgb_images import UNREADABLE

    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if image.mode not in ONE_BYTE:
                raise InvalidOutput(output, f"it is a PNG of the mode {image.mode}")
            return np.asarray(image)
    except UNREADABLE as error:
        raise InvalidOutput(output, f"it is not a readable PNG ({error})") from error


def _check_count(output: str, rows: Sequence[Any], images: int) -> None:
    if len(rows) != images:
        raise RowCountMismatch(output, len(rows), images)


def _name_values(row: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    if len(row) != len(names):
        raise ClassCountMismatch(len(names), len(row))
    return dict(zip(names, row, strict=True))


def read_bytes(output: str, value: Any) -> bytes:
    """Bytes as they come over gRPC, or in base64 over REST. Raises InvalidOutput."""
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value["b64"], validate=True)
    except (TypeError, KeyError, binascii.Error) as error:
        problem = f"{str(value)[:40]!r} is neither bytes nor base64"
        raise InvalidOutput(output, problem) from error
