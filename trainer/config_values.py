"""The types of single values in an experiment: what each may be, checked when it is set.

Numbers and booleans are strict: no text and no other type is converted to them.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StrictFloat, StrictInt

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


RunName = Annotated[str, AfterValidator(check_run_name)]
ClassNames = Annotated[tuple[str, ...], AfterValidator(check_names)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]

PixelValue = Annotated[StrictInt, Field(ge=0, le=255)]
Count = Annotated[StrictInt, Field(ge=1)]
TwoOrMore = Annotated[StrictInt, Field(ge=2)]
Widths = Annotated[tuple[TwoOrMore, ...], Field(min_length=1)]
FourWidths = tuple[TwoOrMore, TwoOrMore, TwoOrMore, TwoOrMore]
Seed = Annotated[StrictInt, Field(ge=0, lt=2**31)]

Amount = Annotated[StrictFloat, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[StrictFloat, Field(gt=0, allow_inf_nan=False)]
Factor = Annotated[StrictFloat, Field(ge=1, allow_inf_nan=False)]
Fraction = Annotated[StrictFloat, Field(ge=0, le=1)]
FractionAbove0 = Annotated[StrictFloat, Field(gt=0, le=1)]
FractionBelow1 = Annotated[StrictFloat, Field(ge=0, lt=1)]
