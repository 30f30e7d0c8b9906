"""Prints the memory of a model's layers, and what it is the sum of."""

from __future__ import annotations

import keras
from rich.console import Console

from pipeline.inspection import memory
from pipeline.inspection.memory import MIB, Views
from serving.terminal import Table
from trainer.config import Experiment


def show(model: keras.Model, experiment: Experiment, console: Console) -> None:
    """Prints the memory of each layer and of the whole, and how it is computed.

    Raises ValueError for tiles that the model cannot have.
    """
    served = memory.find_served_views(model, experiment)
    trained = memory.find_training_views(experiment)
    console.print(f"Predicting {name(served)}, and training on {name(trained)}:", soft_wrap=True)
    console.print(make_layer_table(model, served, trained))
    console.print(make_sum_table(model, experiment, served, trained))
    console.print(
        "An output has images x height x width x channels numbers, of 4 bytes each in float32 and "
        "of 2 in 16 bits. A prediction keeps an output until its last reader has run; training "
        "keeps all outputs for the backward pass. Libraries need more: this is the least."
    )


def make_layer_table(model: keras.Model, served: Views, trained: Views) -> Table:
    """The outputs and weights of each layer, in MiB."""
    answers, batches = (memory.measure_outputs(model, views) for views in (served, trained))
    columns = ("layer", "output", "predict", "train", "weights")
    table = Table(*columns, title="MiB of each layer")
    for layer in model.layers:
        answer, batch = answers[layer.name], batches[layer.name]
        weights = sum(map(memory.count_bytes, layer.weights))
        sizes = map(format_size, (answer.size, batch.size, weights))
        table.add_row(layer.name, " x ".join(map(str, answer.shape)), *sizes)
    return align_right(table, 2)


def make_sum_table(
    model: keras.Model, experiment: Experiment, served: Views, trained: Views
) -> Table:
    """What predicting and training need in all, in MiB."""
    state = memory.count_state(model, experiment.train)
    peak = memory.find_peak(model, memory.measure_outputs(model, served))
    outputs = sum(each.size for each in memory.measure_outputs(model, trained).values())
    table = Table("", "predict", "train", title="MiB in all")
    table.add_row("outputs", format_size(peak), format_size(outputs))
    for part, size in state.items():
        table.add_row(part, format_size(size) if part == "weights" else "", format_size(size))
    table.add_section()
    total = outputs + sum(state.values())
    table.add_row("all", format_size(peak + state["weights"]), format_size(total))
    return align_right(table, 1)


def align_right(table: Table, first: int) -> Table:
    """Aligns the columns of numbers to the right; returns the table."""
    for column in table.columns[first:]:
        column.justify = "right"
    return table


def name(views: Views) -> str:
    """The views in words."""
    images = "an image" if views.images == 1 else f"{views.images} images"
    return f"{images} of {views.height} x {views.width} pixels"


def format_size(size: int) -> str:
    """Bytes in MiB."""
    return f"{size / MIB:.2f}"
