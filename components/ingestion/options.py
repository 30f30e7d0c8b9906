"""What the result of ingestion depends on, apart from the files: one typed object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.errors import DataError
from components.ingestion.annotations.masks import MaskReading
from components.ingestion.images import Limits
from trainer.config_values import to_whole_numbers
from trainer.data.records import SPLITS


@dataclass(frozen=True)
class IngestionOptions:
    """The settings of one ingestion."""

    input_base: str
    ratios: tuple[int, ...]  # train : val : test
    limits: Limits
    shards: int  # Of each split.
    max_reject_fraction: float  # 0..1
    reading: MaskReading | None = None  # How masks are read; None if images have classes.
    mask_classes: tuple[str, ...] = ()
    box_classes: tuple[str, ...] = ()  # If each image has one box: the names of what is in it.
    near_duplicates: str = "together"  # Or "apart".
    bits: int = 16  # Of samples in files that do not declare it: the greatest sample decides.
    mask_suffix: str = ""  # What a mask's name has after its image's.
    images_per_class: tuple[int, ...] | None = None  # In train, val and test, at most.
    follow_links: bool = False  # Those that lead out of the folder.
    corrections: str = ""  # The path of their file; empty if there is none.

    @property
    def mask_reading(self) -> MaskReading:
        """How masks are read. Raises ValueError if images have classes."""
        if self.reading is None:
            raise ValueError("The images have masks, but data.mask is not set. Set data.mask.")
        return self.reading


def parse(properties: Mapping[str, Any]) -> IngestionOptions:
    """Reads TFX's exec_properties. Kubeflow may pass whole numbers as floats or strings.

    Raises DataError for split ratios that cannot be used.
    """
    mask = json.loads(properties["mask"] or "null")
    return IngestionOptions(
        input_base=str(properties["input_base"]).rstrip("/"),
        ratios=_parse_ratios(properties["split_ratios"]),
        limits=Limits(int(properties["min_side"]), int(properties["max_pixels"])),
        shards=int(properties["shards"]),
        max_reject_fraction=float(properties["max_reject_fraction"]),
        reading=_parse_mask(mask) if mask else None,
        mask_classes=tuple(mask["classes"]) if mask else (),
        box_classes=tuple(json.loads(properties["box_classes"])),
        near_duplicates=str(properties["near_duplicates"]),
        mask_suffix=mask["suffix"] if mask else "",
        images_per_class=_parse_counts(str(properties.get("images_per_class", ""))),
        follow_links=bool(int(properties.get("follow_links", 0))),
        corrections=str(properties.get("corrections", "")),
    )


def _parse_mask(mask: dict[str, Any]) -> MaskReading:
    values = tuple(mask["values"])
    return MaskReading(values, mask["ignored"], mask["unlisted"], mask["oriented"])


def _parse_counts(text: str) -> tuple[int, ...] | None:
    return tuple(map(int, json.loads(text))) if text else None


def _parse_ratios(text: str) -> tuple[int, ...]:
    ratios = json.loads(text)
    if len(ratios) != len(SPLITS) or min(ratios) < 0 or sum(ratios) <= 0:
        raise DataError(
            "bad_split_ratios",
            f"data.split_ratios is {text}. Set it to three numbers that are not negative and not "
            "all 0, such as [8, 1, 1] or [0.8, 0.1, 0.1].",
        )
    return to_whole_numbers(ratios)
