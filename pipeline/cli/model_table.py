"""The layers of an experiment's model, as a table, and the smallest image that it takes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import keras
from rich.console import Console
from rich.table import Table

from trainer import models
from trainer.config import Experiment
from trainer.data.preprocessing import DataStatistics
from trainer.model_config import ModelConfig, VGGConfig
from trainer.models import geometry

ANY_CLASSES = ("first", "second")  # Stand in where the folder is to name the classes.


def show(experiment: Experiment, console: Console) -> None:
    """Prints the table, and below it what sizes the model takes and sees."""
    labels = experiment.data.classes or ANY_CLASSES
    model = untrained(experiment, labels)
    console.print(layer_table(model))
    console.print(sizes(model))
    if not experiment.data.classes:
        console.print(f"Drawn for {len(labels)} classes; the folder's decide.")


def untrained(experiment: Experiment, labels: tuple[str, ...]) -> keras.Model:
    """The experiment's model as it is before any data was seen, without values in its weights."""
    statistics = DataStatistics(labels, mean=(0.0,) * 3, std=(1.0,) * 3, size_boundaries=())
    with keras.StatelessScope(initialize_variables=False):  # Shapes only: wide models fit too.
        return models.build(without_weights(experiment.model), statistics)


def without_weights(config: ModelConfig) -> ModelConfig:
    """The same layers with nothing read into them: a table needs no download."""
    return replace(config, weights="none") if isinstance(config, VGGConfig) else config


def layer_table(model: keras.Model) -> Table:
    """One row for each layer: its kind, its output, its parameters."""
    strides = geometry.strides(model)
    table = Table("layer", "kind", "output", title=model.name, title_justify="left")
    table.add_column("parameters", justify="right")
    for layer in model.layers:
        shape = output_shape(layer, strides.get(layer.name))
        table.add_row(layer.name, type(layer).__name__, shape, f"{layer.count_params():,}")
    table.add_section()
    table.add_row("all", "", "", f"{model.count_params():,}")
    return table


def output_shape(layer: keras.Layer, stride: geometry.Steps | None) -> str:
    """The shape of a layer's output for images of H x W: B x H/4 x W/4 x 64."""
    _, *sides, channels = layer.output.shape
    if stride is not None:
        sides = [divided(name, step) for name, step in zip("HW", stride, strict=True)]
    return " x ".join(map(str, ("B", *sides, channels)))


def divided(name: str, step: Fraction | int) -> str:
    """How many positions a side has: H at a step of 1, H/2 at 2, 2H at a half."""
    times = "" if step.denominator == 1 else str(step.denominator)
    return f"{times}{name}" if step.numerator == 1 else f"{times}{name}/{step.numerator}"


def sizes(model: keras.Model) -> str:
    """What the layers' kernels, strides and paddings make of height and width, in a sentence."""
    smallest, seen = geometry.smallest_input(model), geometry.receptive_field(model)
    step = max(geometry.strides(model).values())
    return (
        f"Smallest input: {by(smallest)} pixels. Total stride: {by(step)}. "
        f"Receptive field: {by(seen)}."
    )


def by(sides: geometry.Sides | geometry.Steps) -> str:
    """Height x width."""
    return f"{sides[0]} x {sides[1]}"
