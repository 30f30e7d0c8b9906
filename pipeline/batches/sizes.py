"""The sizes of batches as a table: how many of each, and how much of their pixels is padding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.batches.contact_sheet import Batch
from serving.terminal import Table


def build_table(batches: Sequence[Batch]) -> Table:
    """A row for each height and width, the most frequent first, and one for all."""
    table = Table("height x width", title="Batches")
    for name in ("batches", "images", "own pixels"):
        table.add_column(name, justify="right")
    for (height, width), _ in Counter(batch.shape for batch in batches).most_common():
        same = [batch for batch in batches if batch.shape == (height, width)]
        table.add_row(f"{height} x {width}", *count(same))
    table.add_section()
    table.add_row("all", *count(batches))
    return table


def count(batches: Sequence[Batch]) -> tuple[str, str, str]:
    """Batches, images, and the share of pixels that are not padding."""
    images = sum(len(batch.images) for batch in batches)
    own = sum(int(batch.sizes.prod(axis=1).sum()) for batch in batches)
    whole = sum(len(batch.images) * batch.shape[0] * batch.shape[1] for batch in batches)
    return str(len(batches)), str(images), f"{own / whole:.1%}"
