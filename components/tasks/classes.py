"""What image classification adds to the components."""

from __future__ import annotations

from components.metrics import results
from components.metrics.results import Slices
from components.report import class_cards, confusion, plots
from components.report.cards import Card
from components.report.plots import Plot
from components.tasks import class_answers
from components.tasks.class_baseline import ServedClassifier
from components.tasks.task import ReportParts, TaskComponents
from trainer.data.records import LABEL_TEXT


def drop_classes(slices: Slices) -> Slices:
    """Drops the slices by class: the table of classes shows them."""
    return {key: value for key, value in slices.items() if not key or key[0][0] != LABEL_TEXT}


def draw_confusion(evaluation: str, labels: list[str]) -> Plot:
    """Draws the Evaluator's confusion matrix."""
    return plots.draw_confusion(confusion.read(evaluation, len(labels)), labels)


def make_empty_legend(labels: list[str], cards: list[Card]) -> list[tuple[str, str]]:
    """Returns nothing: cards of classes have no colours to explain."""
    return []


CLASSES = TaskComponents(
    find_problem=class_answers.find_problem,
    adapt_served=ServedClassifier,
    report=ReportParts(
        kind="Classification",
        curves=("loss", "accuracy"),
        card_width="15rem",
        make_card=class_cards.make_card,
        make_class_row=results.make_class_row,
        select_slices=drop_classes,
        draw_confusion=draw_confusion,
        make_legend=make_empty_legend,
    ),
)
