"""The table of batch sizes: rows, counts and shares."""

from __future__ import annotations

import numpy as np

from pipeline.batches.contact_sheet import Batch
from pipeline.batches.sizes import build_table


def batch(count: int, height: int, width: int, *, own: int) -> Batch:
    """Images of `own` rows, padded to `height`."""
    sizes = np.tile(np.int32([own, width]), (count, 1))
    return Batch(np.zeros((count, height, width, 3), "float32"), sizes, np.zeros(count))


def test_each_size_has_a_row_and_the_last_one_is_for_all():
    batches = [batch(4, 10, 20, own=10), batch(3, 20, 20, own=15), batch(1, 20, 20, own=15)]

    table = build_table(batches)

    rows = zip(*([str(cell) for cell in column.cells] for column in table.columns), strict=True)
    assert list(rows) == [
        ("20 x 20", "2", "4", "75.0%"),
        ("10 x 20", "1", "4", "100.0%"),
        ("all", "3", "8", "83.3%"),
    ]
