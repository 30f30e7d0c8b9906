"""What classification and localization adds to the components."""

from __future__ import annotations

from components.metrics import results
from components.report import box_cards
from components.tasks import box_answers
from components.tasks.classes import draw_confusion, drop_classes
from components.tasks.served_version import ServedVersion
from components.tasks.task import ReportParts, TaskComponents

BOXES = TaskComponents(
    find_problem=box_answers.find_problem,
    adapt_served=ServedVersion,
    report=ReportParts(
        kind="Classification and localization",
        curves=("loss", "accuracy", "box_iou"),
        card_width="12rem",
        make_card=box_cards.make_card,
        make_class_row=results.make_box_row,
        select_slices=drop_classes,
        draw_confusion=draw_confusion,
        make_legend=box_cards.make_legend,
    ),
)
