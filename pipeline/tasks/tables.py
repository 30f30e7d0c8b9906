"""Tables of the test split's metrics, as a run ends with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from components.metrics.masks import IOU, MEAN_IOU, PIXEL_ACCURACY

if TYPE_CHECKING:
    from pipeline.local.results import RunResult


def class_table(result: RunResult) -> Table:
    """The test split's metrics: of all images, and of each class."""
    columns = ("images", "accuracy", "precision", "recall")
    table = Table("", *columns, title="Test split", title_justify="left")
    for name, row in result.classes.items():
        table.add_row(
            escape(name), f"{row['images'] or 0:.0f}", *(ratio(row[key]) for key in columns[1:])
        )
    table.add_section()
    images = sum(row["images"] or 0 for row in result.classes.values())
    table.add_row("all", f"{images:.0f}", ratio(result.metrics["accuracy"]), "", "")
    table.add_row("all, among the first 2", "", ratio(result.metrics["top_2_accuracy"]), "", "")
    table.add_row("all, baseline", "", ratio(result.baseline["accuracy"]), "", "")
    return right(table)


def mask_table(result: RunResult) -> Table:
    """Intersection over union of each class, and the means."""
    table = Table("", "IoU", "pixel accuracy", title="Test split", title_justify="left")
    for name, row in result.classes.items():
        table.add_row(escape(name), ratio(row[IOU]), "")
    table.add_section()
    for name, found in (("all", result.metrics), ("all, baseline", result.baseline)):
        table.add_row(name, ratio(found.get(MEAN_IOU)), ratio(found.get(PIXEL_ACCURACY)))
    return right(table)


def mask_slices(result: RunResult) -> Table:
    """The same of each species, breed and size bucket."""
    columns = ("slice", "images", "mean IoU", "pixel accuracy")
    table = Table(*columns, title="Slices of the test split", title_justify="left")
    for name, row in result.slices.items():
        cells = (ratio(row.get(MEAN_IOU)), ratio(row.get(PIXEL_ACCURACY)))
        table.add_row(escape(name), f"{row['images'] or 0:.0f}", *cells)
    return right(table)


def right(table: Table) -> Table:
    """The table with its numbers flush right."""
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def ratio(value: float | None) -> str:
    """0.123, or a dash where nothing could be measured."""
    return "-" if value is None else f"{value:.3f}"
