"""Which sizes, batch size and gate fit the data and the memory: plain decisions."""

from __future__ import annotations

from components.ingestion.summary import ALL, Summary
from pipeline.init.choices import Choice, Choices
from trainer.config import Experiment

STEPS_OF_EPOCH = 4  # At least: batches are smaller in a small folder.
MEMORY_SHARE = 2  # A batch takes at most half of the memory: cached images need some, too.


def choose_sizes(base: Experiment, summary: Summary, share: float) -> Choices:
    """The sides at a share (0..1] of the base's; no larger than the images."""
    greatest = max(summary.heights[ALL].greatest, summary.widths[ALL].greatest)
    largest, grid = base.data.max_side, base.augment.grid
    factor = min(1.0, greatest / largest) * share
    why = "no image is larger" if greatest < largest else f"the largest image has {greatest:,}"
    why = why if share == 1 else f"{share:.0%} of the usual, for the time"
    max_side = max(base.data.min_side, round(largest * factor))
    choices = {
        "data.max_side": Choice(max_side, f"pixels; {why}"),
        "augment.side": Choice(
            round_to_grid(base.augment.side * factor, grid), "pixels; side of a training crop"
        ),
    }
    if sides := getattr(base.model, "sides", ()):
        scaled = sorted({round_to_grid(side * factor, grid) for side in sides})
        choices["model.sides"] = Choice(scaled, "pixels; serving averages over them")
    return choices


def round_to_grid(side: float, grid: int) -> int:
    """The nearest multiple of the grid, at least one cell."""
    return max(1, round(side / grid)) * grid


def choose_batch_size(most: int, *, images: int, bytes_of_image: int, memory: int) -> Choice:
    """The largest half, quarter ... of `most` that leaves an epoch some steps and fits the memory.

    `images`: of the training split. `bytes_of_image`: of a training step, for each image.
    """
    size, reason = most, "the usual"
    while size > 1 and size * STEPS_OF_EPOCH > images:
        size, reason = size // 2, f"{images:,} training images make few batches"
    while size > 1 and size * bytes_of_image > memory // MEMORY_SHARE:
        size = size // 2
        reason = f"{bytes_of_image / 1e9:.2f} GB for each image, of {memory / 1e9:.0f} GB memory"
    return Choice(size, reason)


def choose_gate(base: Experiment, summary: Summary) -> Choice:
    """A gate a third of the way from always giving the same answer to a perfect model."""
    usual, boxes = base.gate[0], base.data.task == "boxes"
    chance = 0.0 if boxes else find_chance(summary)
    why = "the same box for all images" if boxes else "the largest class alone"
    gate = {"metric": usual.metric, "at_least": round(chance + (1 - chance) / 3, 2)}
    if usual.max_drop is not None:
        gate["max_drop"] = usual.max_drop
    return Choice([gate], f"{why} gives {chance:.2f}")


def find_chance(summary: Summary) -> float:
    """The accuracy, or mean IoU of pixels, of always answering the largest class."""
    pixels = summary.mask_pixels.get("train", {})
    counts = list(pixels.values()) or [row["train"] for row in summary.classes.values()]
    share = max(counts) / max(1, sum(counts))
    return share / len(pixels) if pixels else share
