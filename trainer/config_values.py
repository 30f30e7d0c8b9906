"""The types of single values in an experiment: what each may be, checked when it is set.

Numbers and booleans are strict: no text and no other type is converted to them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction as ExactFraction
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, StrictFloat, StrictInt

from trainer.class_names import check_names

KNOWN_NAMES_ONLY = ConfigDict(extra="forbid")


# Characters. Kubernetes allows 63; a run is named after its pipeline, a hyphen and five more.
LONGEST_NAME = 57


def check_run_name(name: str) -> str:
    """Returns the name of a run. Raises ValueError if Kubernetes would not take it."""
    if len(name) > LONGEST_NAME or not re.fullmatch("[a-z]([a-z0-9-]*[a-z0-9])?", name):
        raise ValueError(
            f"use 1 to {LONGEST_NAME} characters of a-z, 0-9 and hyphens; start with a letter and "
            "do not end with a hyphen: the pipeline and the served model have this name, in "
            "Kubernetes too"
        )
    return name


def _check_ratio(value: Any) -> int | float:
    if type(value) not in (int, float) or not 0 < value < float("inf"):
        raise ValueError("use a number above 0, such as 8 or 0.8")
    return value


def _check_ratios(ratios: tuple[int | float, ...]) -> tuple[int | float, ...]:
    total = sum(ExactFraction(str(ratio)) for ratio in ratios)
    if total != 1 and not all(isinstance(ratio, int) for ratio in ratios):
        raise ValueError(
            f"fractions must add up to 1, and these add up to {float(total)}: use fractions such "
            "as [0.75, 0.15, 0.1], or whole numbers such as [8, 1, 1]"
        )
    return ratios


def _check_crop(box: tuple[float, ...]) -> tuple[float, ...]:
    top, left, bottom, right = box
    if not (top < bottom and left < right):
        raise ValueError(
            "use the top, left, bottom and right of a box, in 0..1 of height and width, such as "
            "[0.1, 0.0, 1.0, 1.0] without the upper tenth"
        )
    return box


def to_whole_numbers(ratios: Sequence[int | float]) -> tuple[int, ...]:
    """The smallest whole numbers that have the ratios of fractions; whole numbers stay."""
    exact = [ExactFraction(str(ratio)) for ratio in ratios]
    denominator = math.lcm(*(ratio.denominator for ratio in exact))
    return tuple(int(ratio * denominator) for ratio in exact)


RunName = Annotated[str, AfterValidator(check_run_name)]
ClassNames = Annotated[tuple[str, ...], AfterValidator(check_names)]
MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]

PixelValue = Annotated[StrictInt, Field(ge=0, le=255)]
Count = Annotated[StrictInt, Field(ge=1)]
CountOrNone = Annotated[StrictInt, Field(ge=0)]
TwoOrMore = Annotated[StrictInt, Field(ge=2)]
Widths = Annotated[tuple[TwoOrMore, ...], Field(min_length=1)]
Ratio = Annotated[int | float, PlainValidator(_check_ratio)]
SplitRatios = Annotated[tuple[Ratio, Ratio, Ratio], AfterValidator(_check_ratios)]
FourWidths = tuple[TwoOrMore, TwoOrMore, TwoOrMore, TwoOrMore]
FiveWidths = tuple[TwoOrMore, TwoOrMore, TwoOrMore, TwoOrMore, TwoOrMore]
Seed = Annotated[StrictInt, Field(ge=0, lt=2**31)]

Amount = Annotated[StrictFloat, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[StrictFloat, Field(gt=0, allow_inf_nan=False)]
Factor = Annotated[StrictFloat, Field(ge=1, allow_inf_nan=False)]
Fraction = Annotated[StrictFloat, Field(ge=0, le=1)]
FractionAbove0 = Annotated[StrictFloat, Field(gt=0, le=1)]
FractionBelow1 = Annotated[StrictFloat, Field(ge=0, lt=1)]
CropBox = Annotated[tuple[Fraction, Fraction, Fraction, Fraction], AfterValidator(_check_crop)]
