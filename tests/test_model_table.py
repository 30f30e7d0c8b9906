"""What `fcn models` prints."""

from __future__ import annotations

import io

import pytest
import tiny
from rich.console import Console

from pipeline import model_table
from trainer import configs


def printed(experiment):
    console = Console(width=120, file=io.StringIO())
    model_table.show(experiment, console)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def flowers():
    return printed(configs.load("flowers"))


def test_layers_are_printed_with_their_shapes_and_parameters(flowers):
    row = next(line for line in flowers.splitlines() if "stem_conv" in line)

    assert "StandardizedConv2D" in row
    assert "B x H/2 x W/2 x 32" in row
    assert "928" in row  # 3 * 3 * 3 * 32 weights, 32 biases, 32 gains.


def test_the_answer_has_a_column_for_each_class(flowers):
    assert "B x 5" in next(line for line in flowers.splitlines() if "logits" in line)


def test_all_parameters_are_summed_up(flowers):
    model = model_table.untrained(configs.load("flowers"), ("a",) * 5)

    assert f"{model.count_params():,}" in flowers


def test_the_smallest_input_is_printed(flowers):
    assert "Smallest input: 1 x 1 pixels. Total stride: 16 x 16." in flowers


def test_without_classes_it_says_that_they_stand_in():
    assert "2 classes" in printed(tiny.EXPERIMENT)


def test_with_classes_nothing_stands_in(flowers):
    assert "the folder's" not in flowers
