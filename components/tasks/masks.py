"""What segmentation adds to the components."""

from __future__ import annotations

from components.metrics import results
from components.metrics.results import Slices
from components.report import mask_cards
from components.tasks import mask_answers
from components.tasks.served_version import ServedVersion
from components.tasks.task import ReportParts, TaskComponents


def keep_slices(slices: Slices) -> Slices:
    """Keeps every slice: no other table shows them."""
    return slices


def skip_confusion(evaluation: str, labels: list[str]) -> None:
    """Draws nothing: TFMA has no confusion matrix of pixels to plot."""


MASKS = TaskComponents(
    find_problem=mask_answers.find_problem,
    adapt_served=ServedVersion,
    report=ReportParts(
        kind="Segmentation",
        curves=("loss", "mean_iou"),
        card_width="19rem",
        make_card=mask_cards.make_card,
        make_class_row=results.make_iou_row,
        select_slices=keep_slices,
        draw_confusion=skip_confusion,
        make_legend=mask_cards.make_legend,
    ),
)
