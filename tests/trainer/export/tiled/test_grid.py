"""A tile on the grid, with the halo, has the features of the whole image; the halo is the least."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tests.fakes import segmenters, tiny
from trainer import models
from trainer.classic_config import MLPConfig, ResNetConfig, TutorialFCNConfig
from trainer.export import score_maps
from trainer.export.tiled.grid import find_global_layer, find_grid
from trainer.model_config import ApplicationConfig, ClassifierConfig, Lite0Config

CLASSIFIERS = {
    "fcn": ClassifierConfig(widths=(8, 8)),
    "lite0": Lite0Config(width=0.0625, weights="none"),
    "resnet50": ApplicationConfig(name="resnet50", width=0.0625, weights="none"),
    "tutorial_fcn": TutorialFCNConfig(widths=(4, 4, 4), hidden=4, head="conv"),
}
SEGMENTERS = {
    name: segmenters.CONFIGS[name] for name in ("unet_small", "unet_lite0", "fcn8s", "vgg16_deconv")
}
LOUD = 1e4  # Times a pixel: what it changes is seen through all layers.
SEEING_ALL = {
    "se_resnet34": (ResNetConfig(name="se_resnet34", width=0.125), "se"),
    "mlp": (MLPConfig(hidden=(4,)), "fit"),
}


@pytest.fixture(scope="module", params=[*SEGMENTERS, *CLASSIFIERS])
def model(request):
    """A segmenter, or the model of a classifier's score map."""
    if request.param in SEGMENTERS:
        return segmenters.disturbed(SEGMENTERS[request.param])
    return score_maps.build(segmenters.disturbed(CLASSIFIERS[request.param])).layers


def evaluate(model, image):
    """The model's map of one image [H, W, 3]."""
    inputs = {"image": image[np.newaxis], "size": np.int32([image.shape[:2]])}
    return np.array(keras.tree.flatten(model(inputs, training=False))[0])[0]


def draw_strip(grid):
    """An image in whose middle a cell of the grid has more around it than the halo."""
    return tiny.pixels(20, 2 * grid.halo[1] + 3 * grid.stride[1] + 5).astype("float32")


def cut_cell(model, found, pixel, grid):
    """The part of a map that belongs to the cell of the grid which begins at a pixel."""
    stride = grid.stride[1]
    positions = stride if len(model.outputs) == 1 else 1  # A classifier has a mask, too.
    return found[:, pixel // stride * positions :][:, :positions]


def test_a_tile_with_the_halo_has_the_features_of_the_image(model):
    grid = find_grid(model)
    (_, halo), (_, stride), image = grid.halo, grid.stride, draw_strip(grid)
    first = halo + stride

    tile = evaluate(model, image[:, stride : first + stride + halo])

    whole = evaluate(model, image)
    own = cut_cell(model, whole, first, grid)
    difference = cut_cell(model, tile, halo, grid) - own
    assert np.abs(difference).max() < 1e-5 * np.abs(whole).max()


def test_the_outermost_cells_of_the_halo_matter_and_those_beyond_do_not(model):
    grid = find_grid(model)
    (_, halo), (_, stride), image = grid.halo, grid.stride, draw_strip(grid)
    first = halo + stride
    outermost, beyond = image.copy(), image.copy()
    outermost[:, stride : 2 * stride] *= LOUD
    outermost[:, first + halo :][:, :stride] *= LOUD
    beyond[:, :stride] = 0
    beyond[:, first + stride + halo :] = 0

    own, changed, same = (
        cut_cell(model, evaluate(model, each), first, grid) for each in (image, outermost, beyond)
    )
    assert np.abs(changed - own).max() > 10 * np.abs(same - own).max()


@pytest.mark.parametrize(("config", "name"), SEEING_ALL.values(), ids=SEEING_ALL)
def test_a_layer_that_sees_the_whole_image_is_named(config, name):
    model = models.build(config, tiny.STATISTICS)
    found = find_global_layer(model).name

    assert name in found
    with pytest.raises(ValueError, match=found):
        find_grid(model)


def test_windows_that_lie_according_to_the_size_are_refused():
    image = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="down")(image)

    with pytest.raises(ValueError, match="down"):
        find_grid(keras.Model(image, x))
