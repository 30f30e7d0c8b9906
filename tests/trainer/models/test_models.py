"""Every segmentation model takes any size and returns it, in any batch."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import segmenters, tiny
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.models import geometry
from trainer.models.layers import fix_kernels
from trainer.overrides import MODELS as MODELS_BY_NAME

MODELS = {name: segmenters.disturbed(config) for name, config in segmenters.CONFIGS.items()}
SIZES = {
    "both-parities": [(17, 33), (64, 20), (16, 16), (33, 17)],
    "single-pixels": [(1, 1), (1, 9), (8, 1), (5, 4)],
    "strip": [(20, 300), (31, 30)],
    "far-apart": [(1, 1), (64, 65)],
}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]


@pytest.mark.parametrize("size", [(1, 1), (20, 300), (1, 40), (33, 47), (64, 32)])
def test_each_pixel_gets_a_score_for_each_class(model, size):
    logits = segmenters.answer(model, batch_of([tiny.pixels(*size)]))

    assert logits.shape == (1, *size, 3)
    assert np.isfinite(logits).all()


@pytest.mark.parametrize("fill", [0, 255])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_the_answer_is_the_same_alone_and_in_a_batch(model, sizes, fill):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]
    together = segmenters.answer(model, batch_of(images, fill=fill, room=5))

    for logits, image in zip(together, images, strict=True):
        alone = segmenters.answer(model, batch_of([image]))[0]
        own = logits[: image.shape[0], : image.shape[1]]
        np.testing.assert_allclose(own, alone, atol=1e-4)


def test_images_get_different_answers(model):
    black, noise = np.zeros((20, 20, 3), np.uint8), tiny.pixels(20, 20)
    first, second = segmenters.answer(model, batch_of([black, noise]))

    assert np.abs(first - second).max() > 1e-3


def test_a_single_pixel_is_the_smallest_input(model):
    assert geometry.find_smallest_input(model) == (1, 1)


def test_the_map_ends_at_the_stride_of_the_image(model):
    assert geometry.compute_strides(model)["logits"] == (1, 1)


def test_strides_are_those_of_the_maps(model):
    strides = geometry.compute_strides(model)
    maps = [layer for layer in model.layers if layer.name in strides]
    side = 64  # A multiple of all strides: none rounds.
    inside = keras.Model(model.input, [layer.output for layer in maps])
    outputs = inside(batch_of([tiny.pixels(side, side)]))

    for layer, output in zip(maps, outputs, strict=True):
        if "_pad" not in layer.name:
            height, width = strides[layer.name]
            assert tuple(output.shape[1:3]) == (side / height, side / width), layer.name


def test_a_saved_model_answers_as_the_model_does(model, tmp_path):
    holder = tf.Module()
    holder.model = model
    holder.answer = tf.function(
        lambda image, size: model({"image": image, "size": size}, training=False),
        input_signature=[
            tf.TensorSpec([None, None, None, 3], tf.float32),
            tf.TensorSpec([None, 2], tf.int32),
        ],
    )
    tf.saved_model.save(holder, tmp_path)
    inputs = batch_of([tiny.pixels(17, 40), tiny.pixels(33, 9)])

    loaded = tf.saved_model.load(tmp_path)
    answer = loaded.answer(inputs["image"], inputs["size"])
    np.testing.assert_allclose(answer, segmenters.answer(model, inputs), atol=1e-4)


def test_the_model_that_is_served_answers_as_the_model_does(model):
    inputs = batch_of([tiny.pixels(17, 40), tiny.pixels(33, 9)])

    answer = segmenters.answer(fix_kernels(model), inputs)

    np.testing.assert_allclose(answer, segmenters.answer(model, inputs), atol=1e-4)


def test_a_model_is_built_again_from_its_configuration(model):
    kinds = {type(layer).__name__: type(layer) for layer in model.layers}
    again = type(model).from_config(model.get_config(), custom_objects=kinds)
    again.set_weights(model.get_weights())
    inputs = batch_of([tiny.pixels(17, 40)])

    expected = segmenters.answer(model, inputs)
    np.testing.assert_allclose(segmenters.answer(again, inputs), expected, atol=1e-5)


def test_each_model_that_an_experiment_may_name_is_built():
    assert set(MODELS_BY_NAME) == set(models.BUILDERS)


@pytest.mark.parametrize("path", Path(models.__file__).parent.rglob("*.py"), ids=lambda p: p.stem)
def test_models_import_keras_and_nothing_of_tensorflow(path):
    allowed = {
        "keras",
        "numpy",
        "trainer.classic_config",
        "trainer.model_config",
        "trainer.models",
        "trainer.precision",
        "__future__",
        *sys.stdlib_module_names,
    }

    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        assert any(name == known or name.startswith(f"{known}.") for known in allowed), name


def imported(tree):
    """The modules that the code imports when it runs: not what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module if node.module != "trainer" else f"trainer.{node.names[0].name}"
        yield from imported(node)
