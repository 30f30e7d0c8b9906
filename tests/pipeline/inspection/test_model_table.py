"""The output of `fcn models`."""

from __future__ import annotations

import io
from fractions import Fraction

import pytest
from rich.console import Console

from pipeline.inspection import model_table
from tests.fakes import tiny
from trainer import configs, untrained
from trainer.models.backbones import lite0_weights


def show(experiment):
    console = Console(width=120, file=io.StringIO())
    model_table.show(experiment, console)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def flowers():
    return show(configs.load("flowers"))


def test_layers_are_printed_with_their_shapes_and_parameters(flowers):
    row = next(line for line in flowers.splitlines() if "stem_conv" in line)

    assert "StandardizedConv2D" in row
    assert "B x H/2 x W/2 x 32" in row
    assert "928" in row  # 3 * 3 * 3 * 32 weights, 32 biases, 32 gains.


def test_the_output_has_a_channel_for_each_class(flowers):
    assert "B x 5" in next(line for line in flowers.splitlines() if "logits" in line)


def test_the_last_row_has_the_sum_of_all_parameters(flowers):
    model = untrained.build_shapes(configs.load("flowers"), ("a",) * 5)

    assert f"{model.count_params():,}" in flowers


def test_the_smallest_input_is_show(flowers):
    assert "Smallest input: 1 x 1 pixels. Total stride: 16 x 16." in flowers


def test_without_classes_it_says_for_how_many_it_is():
    assert "Shown for 2 classes" in show(tiny.EXPERIMENT)


def test_with_classes_it_says_nothing_about_them(flowers):
    assert "Shown for" not in flowers


@pytest.mark.parametrize(
    ("step", "side"),
    [(1, "H"), (Fraction(16), "H/16"), (Fraction(1, 2), "2H"), (Fraction(3, 2), "2H/3")],
)
def test_a_side_is_shown_divided_by_its_stride(step, side):
    assert model_table.format_side("H", step) == side


@pytest.fixture(scope="module")
def pets():
    return show(configs.load("pets"))


def test_upsampled_layers_are_printed_with_their_size(pets):
    assert "B x H/16 x W/16 x 128" in find_row(pets, "level3_up_conv")
    assert "B x H x W x 3" in find_row(pets, "logits")


def test_the_sizes_of_a_segmenter_are_show(pets):
    assert "Smallest input: 1 x 1 pixels. Total stride: 32 x 32." in pets


def test_the_sides_of_a_network_of_one_input_size_are_numbers():
    table = show(configs.load("fashion-mnist"))

    assert "B x 28 x 28 x 64" in find_row(table, "stage1_conv1")
    assert "B x H x W x 1" in find_row(table, "image")
    assert "Every image is scaled to 28 x 28 pixels" in " ".join(table.split())


def test_a_table_reads_no_weights(monkeypatch):
    monkeypatch.setattr(lite0_weights, "PACKAGE", "absent")

    assert "block15_project" in show(configs.load("flowers-transfer"))


def find_row(table, layer):
    return next(line for line in table.splitlines() if layer in line)
