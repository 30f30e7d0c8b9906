"""The network that is built again from a SavedModel."""

from __future__ import annotations

import json
import shutil

import keras
import numpy as np
import pytest

from tests.fakes import tiny, tiny_runs
from trainer import configs, models
from trainer.export import network, saved_model
from trainer.model_config import drop_weights
from trainer.models.layers import fix_kernels


@pytest.fixture(scope="module", params=["classes", "masks"])
def saved(request, tmp_path_factory):
    """A model with random weights, and the folder of its SavedModel."""
    experiment = {"classes": tiny.EXPERIMENT, "masks": tiny.MASKS}[request.param]
    statistics = tiny.statistics_of(experiment)
    model = tiny.with_random_weights(models.build(experiment.model, statistics))
    folder = str(tmp_path_factory.mktemp("saved"))
    saved_model.save(model, statistics, experiment, folder)
    return model, folder, experiment


def test_it_has_the_layers_and_fixed_kernels_of_the_model_that_was_saved(saved):
    model, folder, _ = saved
    found = network.read(folder)

    assert [layer.name for layer in found.layers] == [layer.name for layer in model.layers]
    for one, other in zip(found.weights, fix_kernels(model).weights, strict=True):
        assert one.path == other.path
        np.testing.assert_array_equal(one, other)


def test_it_answers_as_the_model_that_was_saved(saved):
    model, folder, _ = saved
    pixels = tiny.pixels(20, 33)[np.newaxis].astype("float32")
    inputs = {"image": pixels, "size": np.array([[20, 33]], "int32")}

    found = network.read(folder)(inputs, training=False)

    np.testing.assert_allclose(found, model(inputs, training=False), atol=1e-6)


def test_the_recipe_is_read_back(saved):
    _, folder, experiment = saved
    recipe = saved_model.read_recipe(folder)

    assert (recipe.name, recipe.model, recipe.train) == (
        experiment.name,
        experiment.model,
        experiment.train,
    )


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_the_layers_of_every_experiment_are_built_again(name):
    with keras.StatelessScope(initialize_variables=False):
        model = models.build(drop_weights(configs.load(name).model), tiny.STATISTICS)
        described = json.loads(network.describe(model))["layers"]
        found = network.build(described)

    kinds = [(type(layer), layer.name) for layer in found.layers]
    assert kinds == [(type(layer), layer.name) for layer in model.layers]


def test_another_saved_model_is_refused(tmp_path):
    tiny_runs.save(tmp_path)

    with pytest.raises(ValueError, match=str(tmp_path)):
        network.read(str(tmp_path))
    with pytest.raises(ValueError, match=str(tmp_path)):
        saved_model.read_recipe(str(tmp_path))


def test_layers_of_other_modules_are_not_imported(saved, tmp_path):
    _, folder, _ = saved
    shutil.copytree(folder, tmp_path / "copy")
    asset = tmp_path / "copy" / "assets" / network.NETWORK
    described = json.loads(asset.read_text())
    described["layers"]["layers"][1]["module"] = "antigravity"
    asset.write_text(json.dumps(described))

    with pytest.raises(ValueError, match="antigravity"):
        network.read(str(tmp_path / "copy"))


@pytest.mark.parametrize("change", [lambda text: text[:-9], lambda _: "[]"], ids=["cut", "other"])
def test_a_damaged_description_is_named(saved, tmp_path, change):
    _, folder, _ = saved
    shutil.copytree(folder, tmp_path / "copy")
    asset = tmp_path / "copy" / "assets" / network.NETWORK
    asset.write_text(change(asset.read_text()))

    with pytest.raises(ValueError, match=r"copy is damaged.*Run the experiment again"):
        network.read(str(tmp_path / "copy"))


def test_damaged_variables_are_named(saved, tmp_path):
    _, folder, _ = saved
    shutil.copytree(folder, tmp_path / "copy")
    (index,) = (tmp_path / "copy" / "variables").glob("*.index")
    index.write_bytes(index.read_bytes()[:40])

    with pytest.raises(ValueError, match=r"copy is damaged.*Run the experiment again"):
        network.read(str(tmp_path / "copy"))
