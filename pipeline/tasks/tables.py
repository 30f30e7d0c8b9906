"""Tables of the test split's metrics, printed at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.metrics.boxes import AVERAGE_PRECISION, BOX_IOU, MEAN_AP, MEAN_AP_11_POINT
from components.metrics.calibration import CALIBRATION_ERROR
from components.metrics.masks import IOU, MEAN_IOU, PIXEL_ACCURACY, name_unions
from serving.terminal import Table

if TYPE_CHECKING:
    from pipeline.local.results import RunResult


def make_class_table(result: RunResult) -> Table:
    """Metrics of each class and of all images."""
    columns = ("images", "accuracy", "precision", "recall")
    table = Table("", *columns, title="Test split")
    for name, row in result.classes.items():
        ratios = (format_ratio(row[key]) for key in columns[1:])
        table.add_row(name, f"{row['images'] or 0:.0f}", *ratios)
    table.add_section()
    images = sum(row["images"] or 0 for row in result.classes.values())
    table.add_row("all", f"{images:.0f}", format_ratio(result.metrics["accuracy"]), "", "")
    top_2 = format_ratio(result.metrics["top_2_accuracy"])
    table.add_row("all, among the first 2", "", top_2, "", "")
    table.add_row("all, baseline", "", format_ratio(result.baseline["accuracy"]), "", "")
    error = format_ratio(result.metrics.get(CALIBRATION_ERROR))
    table.add_row("all, calibration error", "", error, "", "")
    return align_right(table)


def make_mask_table(result: RunResult) -> Table:
    """Intersection over union of each class and of each union of classes, and the means."""
    table = Table("", "IoU", "pixel accuracy", title="Test split")
    for name, row in result.classes.items():
        table.add_row(name, format_ratio(row[IOU]), "")
    table.add_section()
    for metric, name in name_unions(result.metrics).items():
        table.add_row(name, format_ratio(result.metrics[metric]), "")
        table.add_row(f"{name}, baseline", format_ratio(result.baseline.get(metric)), "")
    for name, metrics in (("all", result.metrics), ("all, baseline", result.baseline)):
        cells = (format_ratio(metrics.get(key)) for key in (MEAN_IOU, PIXEL_ACCURACY))
        table.add_row(name, *cells)
    return align_right(table)


def make_box_table(result: RunResult) -> Table:
    """Metrics of each class and of all images; the average precision at an IoU of 0.5."""
    table = Table("", "images", "accuracy", "box IoU", "average precision", title="Test split")
    columns = ("accuracy", BOX_IOU, AVERAGE_PRECISION)
    for name, row in result.classes.items():
        ratios = (format_ratio(row[key]) for key in columns)
        table.add_row(name, f"{row['images'] or 0:.0f}", *ratios)
    table.add_section()
    for name, metrics in (("all", result.metrics), ("all, baseline", result.baseline)):
        cells = (format_ratio(metrics.get(key)) for key in ("accuracy", BOX_IOU, MEAN_AP))
        table.add_row(name, "", *cells)
    table.add_row("all, 11 points", "", "", "", format_ratio(result.metrics.get(MEAN_AP_11_POINT)))
    return align_right(table)


def make_slice_table(result: RunResult) -> Table:
    """Metrics of each species, breed and size bucket."""
    unions = {metric: f"{name} IoU" for metric, name in name_unions(result.metrics).items()}
    columns = {MEAN_IOU: "mean IoU", **unions, PIXEL_ACCURACY: "pixel accuracy"}
    table = Table("slice", "images", *columns.values(), title="Slices of the test split")
    for name, row in result.slices.items():
        cells = (format_ratio(row.get(metric)) for metric in columns)
        table.add_row(name, f"{row['images'] or 0:.0f}", *cells)
    return align_right(table)


def align_right(table: Table) -> Table:
    """Aligns the columns of numbers to the right; returns the table."""
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def format_ratio(value: float | None) -> str:
    """The value as 0.123, or a dash if there is none."""
    return "-" if value is None else f"{value:.3f}"
