"""What the task of naming each pixel's class adds to the components."""

from __future__ import annotations

from components.metrics import results
from components.metrics.results import Slices
from components.report import mask_cards
from components.tasks import mask_answers
from components.tasks.mask_baseline import Resliced
from components.tasks.task import ReportParts, TaskComponents


def all_slices(found: Slices) -> Slices:
    """Every slice: none of them is in another table."""
    return found


def no_confusion(evaluation: str, labels: list[str]) -> None:
    """Nothing: TFMA plots no confusion matrix of pixels."""


MASKS = TaskComponents(
    find_problem=mask_answers.unsound,
    adapt_served=Resliced,
    report=ReportParts(
        kind="Segmentation",
        curves=("loss", "mean_iou"),
        card_width="19rem",
        card=mask_cards.card,
        class_row=results.iou_row,
        shown_slices=all_slices,
        confusion=no_confusion,
        legend=mask_cards.legend,
    ),
)
