"""Reads which values the masks of a folder have, and decides what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from components.errors import DataError
from components.image_example_gen import ImageExampleGen
from components.ingestion import examination
from components.ingestion import options as ingestion_options
from components.ingestion.annotations.masks import MaskReading
from components.ingestion.image_folder import THREADS, ImageFile, Listing
from components.ingestion.options import IngestionOptions
from pipeline.init.choices import Choice, Choices
from serving.terminal import say
from trainer import configs

MOST_FILES = 1000  # Of which the values are read; spread over the folder.
MOST_SCATTERED = 32  # Values with gaps; more come from smoothing or from JPEG.
ALL_VALUES = tuple(range(256))
VOID = 255  # In Pascal VOC, Cityscapes and others: pixels without a class.


def choose(data: str, listing: Listing) -> Choices:
    """The classes and values of the masks. Raises DataError if they cannot be classes.

    Without a readable mask there are no choices: ingestion then says what is wrong.
    """
    pairs = [file for file in listing.files if file.pair and file.pair.mask]
    looked_at = pairs[:: -(-len(pairs) // MOST_FILES) or 1]
    say(f"Reading the values of {len(looked_at):,} of {len(pairs):,} masks ...")
    values = find_values(looked_at, read_options(data))
    return name_values(data, values, len(looked_at)) if values else {}


def read_options(data: str) -> IngestionOptions:
    """Ingestion's options under which each value is a class."""
    properties = ImageExampleGen(data, configs.load("masks").data).exec_properties
    options = ingestion_options.parse(properties)
    return replace(options, reading=MaskReading(ALL_VALUES, None, "keep"))


def find_values(files: Sequence[ImageFile], options: IngestionOptions) -> list[int]:
    """The values that the masks have, ascending."""
    with ThreadPoolExecutor(THREADS) as pool:
        examined = pool.map(partial(examination.examine, options=options), files)
        found = {value for file in examined for value, count in enumerate(file.pixels) if count}
    return sorted(found)


def name_values(data: str, values: list[int], masks: int) -> Choices:
    """Names for the values; 255 after 0, 1, 2 ... is left out of training."""
    ignored = [VOID] if values[-1] == VOID and len(values) > 2 and _is_row(values[:-1]) else []
    kept = values[: len(values) - len(ignored)]
    _check_usable(data, kept)
    names = _name_classes(kept)
    choices = {
        "data.classes": Choice(names, "rename them as you like"),
        "data.mask.values": Choice(kept, f"those in {masks:,} masks"),
        "data.mask.ground": Choice(names[:1], "not an object"),
    }
    if ignored:
        reason = "pixels without a class, as in Pascal VOC: left out of training and evaluation"
        choices["data.mask.ignored"] = Choice(VOID, reason)
    return choices


def _name_classes(values: list[int]) -> list[str]:
    if len(values) == 2:
        return ["background", "object"]
    return ["background" if value == 0 else f"class-{value}" for value in values]


def _is_row(values: list[int]) -> bool:
    return values[-1] - values[0] + 1 == len(values)


def _check_usable(data: str, values: list[int]) -> None:
    if len(values) < 2:
        raise DataError(
            "mask_values_unusable",
            f"The masks in {data!r} have only the value {values[0]}, but training needs at least "
            "two classes: give masks with a value for each class.",
        )
    if len(values) > MOST_SCATTERED and not _is_row(values):
        raise DataError(
            "mask_values_unusable",
            f"The masks in {data!r} have {len(values)} values ({values[0]}, {values[1]}, "
            f"{values[2]} ...), which look smoothed or compressed rather than like classes: save "
            "them with one value for each class, without smoothing; or describe them yourself and "
            "use `fcn run masks`.",
        )
