"""Prints the layers of an experiment's model, and the smallest image that it accepts."""

from __future__ import annotations

from fractions import Fraction

import keras
from rich.console import Console

from serving.terminal import Table
from trainer import untrained
from trainer.config import Experiment
from trainer.models import geometry
from trainer.models.classic.fixed_size import FitSquare

ANY_CLASSES = ("first", "second")  # Used if the folder of images decides the classes.


def show(experiment: Experiment, console: Console) -> None:
    """Prints the table of layers, the smallest input, total stride and receptive field."""
    model = build_shown(experiment)
    console.print(make_layer_table(model))
    console.print(describe_sizes(model))
    if not experiment.data.classes:
        console.print(
            f"Shown for {len(ANY_CLASSES)} classes; a run takes them from the folder of images."
        )


def build_shown(experiment: Experiment) -> keras.Model:
    """The experiment's model for its own classes, or for two if it has none: shapes only."""
    return untrained.build_shapes(experiment, list_labels(experiment))


def list_labels(experiment: Experiment) -> tuple[str, ...]:
    """The experiment's classes, or two in their place."""
    return experiment.data.classes or ANY_CLASSES


def make_layer_table(model: keras.Model) -> Table:
    """A table with the kind, output shape and parameters of each layer."""
    shapes = list_shapes(model)
    table = Table("layer", "kind", "output", title=model.name)
    table.add_column("parameters", justify="right")
    for layer in model.layers:
        kind, count = type(layer).__name__, f"{layer.count_params():,}"
        table.add_row(layer.name, kind, shapes[layer.name], count)
    table.add_section()
    table.add_row("all", "", "", f"{model.count_params():,}")
    return table


def list_shapes(model: keras.Model) -> dict[str, str]:
    """The shape of each layer's output, by the layer's name."""
    strides = geometry.compute_strides(model)
    return {layer.name: format_shape(layer, strides.get(layer.name)) for layer in model.layers}


def format_shape(layer: keras.Layer, stride: geometry.Strides | None) -> str:
    """The shape of a layer's output for images of H x W: B x H/4 x W/4 x 64.

    In networks of one input size, sides are known.
    """
    _, *sides, channels = layer.output.shape
    if stride is not None and None in sides:
        sides = [format_side(name, step) for name, step in zip("HW", stride, strict=True)]
    return " x ".join(map(str, ("B", *sides, channels)))


def format_side(name: str, step: Fraction | int) -> str:
    """A side in output positions: H for a stride of 1, H/2 for 2, 2H for a half."""
    times = "" if step.denominator == 1 else str(step.denominator)
    return f"{times}{name}" if step.numerator == 1 else f"{times}{name}/{step.numerator}"


def describe_sizes(model: keras.Model) -> str:
    """Smallest input, total stride and receptive field, as sentences."""
    smallest, field = geometry.find_smallest_input(model), geometry.find_receptive_field(model)
    step = max(geometry.compute_strides(model).values())
    text = (
        f"Smallest input: {format_sides(smallest)} pixels. Total stride: {format_sides(step)}. "
        f"Receptive field: {format_sides(field) if field else 'the whole image'}."
    )
    if side := find_side(model):
        text += f" Every image is scaled to {side} x {side} pixels, in which these are counted."
    return text


def find_side(model: keras.Model) -> int | None:
    """The side of the square to which the model scales every image; None if it takes any size."""
    return next((layer.side for layer in model.layers if isinstance(layer, FitSquare)), None)


def format_sides(sides: geometry.Sides | geometry.Strides) -> str:
    """Height x width, as text."""
    return f"{sides[0]} x {sides[1]}"
