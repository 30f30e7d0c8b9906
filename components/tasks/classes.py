"""What the task of naming an image's class adds to the components."""

from __future__ import annotations

from components.metrics import results
from components.metrics.results import Slices
from components.report import class_cards, confusion, plots
from components.report.cards import Card
from components.report.plots import Plot
from components.tasks import class_answers
from components.tasks.class_baseline import Relabelled
from components.tasks.task import ReportParts, TaskComponents
from trainer.data.records import LABEL_TEXT


def without_classes(found: Slices) -> Slices:
    """The slices but those by class, which the table of classes shows already."""
    return {key: value for key, value in found.items() if not key or key[0][0] != LABEL_TEXT}


def confusion_plot(evaluation: str, labels: list[str]) -> Plot:
    """Which classes are taken for which."""
    return plots.confusion(confusion.read(evaluation, len(labels)), labels)


def no_legend(labels: list[str], cards: list[Card]) -> list[tuple[str, str]]:
    """Nothing: cards of classes have no colours to explain."""
    return []


CLASSES = TaskComponents(
    find_problem=class_answers.unsound,
    adapt_served=Relabelled,
    report=ReportParts(
        kind="Classification",
        curves=("loss", "accuracy"),
        card_width="10rem",
        card=class_cards.card,
        class_row=results.class_row,
        shown_slices=without_classes,
        confusion=confusion_plot,
        legend=no_legend,
    ),
)
