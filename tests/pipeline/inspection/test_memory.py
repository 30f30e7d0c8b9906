"""The memory of a model, against real arrays, and the optimizer's real state."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from pipeline.inspection import memory, model_table
from pipeline.inspection.memory import Views
from tests.fakes import tiny
from trainer import models
from trainer.learning import training
from trainer.learning.optimizers import OPTIMIZERS
from trainer.model_config import VGGConfig

FLOAT = 4
CASES = {"classes": tiny.EXPERIMENT, "masks": tiny.MASKS}


@pytest.mark.parametrize("name", CASES)
def test_sizes_are_those_of_the_arrays_that_the_layers_return(name):
    model = models.build(CASES[name].model, tiny.statistics_of(CASES[name]))
    views = Views(images=2, height=37, width=37)
    inputs = {"image": np.zeros((2, 37, 37, 3), "float32"), "size": np.full((2, 2), 37, "int32")}
    everything = keras.Model(model.input, [layer.output for layer in model.layers])

    measured = memory.measure_outputs(model, views)

    for layer, array in zip(model.layers, everything(inputs), strict=True):
        assert measured[layer.name] == (tuple(array.shape), np.asarray(array).nbytes)


def test_nothing_is_computed_for_a_model_without_values_in_its_weights():
    model = model_table.build_shown(tiny.EXPERIMENT)

    assert memory.measure_outputs(model, Views(1, 32, 32))["image"].size == 32 * 32 * 3 * FLOAT


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_state_is_that_of_the_optimizer(optimizer):
    recipe = tiny.with_values(f"train.optimizer={optimizer}")
    model = tiny.model_of()
    training.compile_model(model, tiny.STEPS, recipe)
    state = memory.count_state(model, recipe.train)
    found = [v for v in model.optimizer.variables if "iteration" not in v.path]

    assert state["weights"] == state["gradients"] == model.count_params() * FLOAT
    both = state[f"state of {optimizer}"] + state["moving average"]
    assert sum(map(memory.count_bytes, found)) - both in (0, FLOAT)  # Nadam has one number more.


def test_momentum_of_0_has_no_state():
    recipe = tiny.with_values("train.optimizer=sgd", "train.momentum=0.0")

    assert memory.count_state(tiny.model_of(), recipe.train)["state of sgd"] == 0


def test_fixed_weights_have_no_gradients():
    model = tiny.model_of()
    fixed = model.get_layer("stem_conv")
    fixed.trainable = False

    state = memory.count_state(model, tiny.EXPERIMENT.train)

    assert state["weights"] - state["gradients"] == fixed.count_params() * FLOAT


def test_frozen_weights_have_no_gradients_although_they_are_not_read():
    model = VGGConfig(name="fcn16s", width=1 / 32, frozen=True)
    shown = model_table.build_shown(replace(tiny.MASKS, model=model))

    learned = {weight.path.split("/")[0] for weight in shown.trainable_weights}
    assert learned == {"score_fr", "score_pool4", "upscore2"}


def test_an_output_is_kept_until_its_last_reader_has_run():
    x = image = keras.Input((4, 4, 1))
    x = first = layers.Conv2D(8, 1)(x)
    x = layers.Conv2D(2, 1)(x)
    x = layers.Conv2D(8, 1)(x)
    model = keras.Model(image, layers.Add()([x, first]))
    outputs = memory.measure_outputs(model, Views(1, 4, 4))

    at_the_sum = (8 + 8 + 8) * 16 * FLOAT
    assert memory.find_peak(model, outputs) == at_the_sum


def test_a_chain_needs_two_neighbouring_outputs():
    image = keras.Input((4, 4, 1))
    x = layers.Conv2D(8, 1)(image)
    x = layers.Conv2D(2, 1)(x)
    model = keras.Model(image, layers.Conv2D(3, 1)(x))

    assert memory.find_peak(model, memory.measure_outputs(model, Views(1, 4, 4))) == 10 * 16 * FLOAT


def test_a_served_model_sees_its_largest_side():
    averaging = tiny.with_values("model.sides=[20, 64]", of=tiny.MASKS)

    assert find_served_views(tiny.MASKS) == (1, tiny.MASKS.data.max_side, tiny.MASKS.data.max_side)
    assert find_served_views(averaging) == (1, 64, 64)
    assert memory.find_training_views(tiny.MASKS) == (4, 32, 32)


def find_served_views(experiment) -> Views:
    return memory.find_served_views(model_table.build_shown(experiment), experiment)


@pytest.mark.parametrize(("side", "served"), [("100", 100), ('"native"', 1000)])
def test_a_served_model_may_see_larger_images_than_training(side, served):
    assert find_served_views(tiny.with_values(f"serve.max_side={side}")) == (1, served, served)


@pytest.mark.parametrize("name", CASES)
def test_a_served_model_sees_tiles_with_their_halo(name):
    tiled = tiny.with_values("serve.max_side=native", "serve.tile=64", of=CASES[name])
    found = find_served_views(tiled)

    assert found.height == found.width
    assert 64 < found.width < 1000


def test_a_tile_is_no_larger_than_the_image():
    tiled = tiny.with_values("serve.max_side=400", "serve.tile=512")

    assert find_served_views(tiled) == (1, 400, 400)


def test_tiles_beside_the_stride_are_refused():
    with pytest.raises(ValueError, match=r"serve\.tile=65 is not a multiple"):
        find_served_views(tiny.with_values("serve.tile=65"))


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_layers_in_16_bits_have_half_of_the_bytes(precision):
    half = model_table.build_shown(tiny.with_values(f"train.precision={precision}"))
    sizes = [
        memory.measure_outputs(model, Views(1, 32, 32))["stem_conv"].size
        for model in (half, model_table.build_shown(tiny.EXPERIMENT))
    ]

    assert 2 * sizes[0] == sizes[1]
