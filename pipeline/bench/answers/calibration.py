"""`make bench-calibration`: how well a model's probabilities fit a run's test split.

The temperature was fitted on the validation split, so these images say what it is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.bench.answers.pointing import Model, Run, find_split
from pipeline.bench.tables import MarkdownFile, format_markdown, make_table, write_markdown
from pipeline.bench.throughput import describe_machine
from pipeline.cli.options import fail
from pipeline.exit_codes import WRONG_USE
from serving import terminal
from serving.commands import quiet_tensorflow

if TYPE_CHECKING:
    from trainer.calibration.fitting import Pairs
    from trainer.calibration.reliability import Reliability

COLUMNS = ("probabilities", "temperature", "answers", "mean probability", "right", "error")


def bench(model: Model, run: Run, markdown: MarkdownFile = "") -> None:
    """Prints the expected calibration error without the model's temperature, and with it."""
    from trainer.export import saved_model

    quiet_tensorflow()
    split = find_split(run)
    try:
        fitted = saved_model.read_calibration(str(model))
        if fitted is None:
            fail(f"{model} has no temperature: train with serve.calibrated=true.", WRONG_USE)
        temperatures = (1.0, fitted.temperature)
        sums = count(answer(model, split), temperatures)
    except (OSError, ValueError) as error:
        fail(str(error), WRONG_USE)
    names = ("as they are", "calibrated")
    rows = [tabulate(*row) for row in zip(names, temperatures, sums, strict=True)]
    caption = (f"test split of {run}; error: expected calibration error", describe_machine())
    terminal.console.print(make_table("Calibration", COLUMNS, rows, caption))
    write_markdown(markdown, format_markdown(COLUMNS, rows, caption))


def answer(model: Path, split: Path) -> Iterator[Pairs]:
    """The probabilities, before calibration, and the true classes of a split's images."""
    from trainer.data import input_pipeline
    from trainer.data.preprocessing import DataStatistics
    from trainer.export import network, saved_model

    recipe = saved_model.read_recipe(str(model))
    labels = tuple(saved_model.read_labels(str(model)))
    # Of these, only the labels count: mean and deviation are in the network.
    statistics = DataStatistics(labels, mean=(0.0,), std=(1.0,), size_boundaries=())
    module = saved_model.build_module(network.read(str(model)), statistics, recipe)
    batches = input_pipeline.read_evaluation([f"{split}/*"], labels, recipe)
    return saved_model.answer(module, batches, recipe)


def count(answers: Iterator[Pairs], temperatures: Sequence[float]) -> list[Reliability]:
    """The sums of all answers with a known class, for each temperature."""
    from scipy import special

    from trainer.calibration.fitting import take_log
    from trainer.calibration.reliability import Reliability

    found = [Reliability() for _ in temperatures]
    for probabilities, classes in answers:
        known = classes >= 0
        logs, truths = take_log(probabilities[known]), classes[known]
        for temperature, sums in zip(temperatures, found, strict=True):
            scaled = special.softmax(logs / temperature, axis=-1)
            sums.add(scaled.max(axis=-1), scaled.argmax(axis=-1) == truths)
    return found


def tabulate(name: str, temperature: float, sums: Reliability) -> tuple[str, ...]:
    """The cells under COLUMNS."""
    answers = sums.counts.sum()
    shares = (sums.probabilities.sum() / answers, sums.hits.sum() / answers, sums.error)
    return (name, f"{temperature:.3f}", f"{answers:.0f}", *(f"{share:.4f}" for share in shares))


if __name__ == "__main__":
    terminal.run_function(bench)
