"""Published classifiers, exported with the names of their classes."""

from __future__ import annotations

import sys

import keras
import numpy as np
import pytest

from tests.fakes import lite0, tiny, torch_files
from trainer.export import imagenet
from trainer.model_config import Lite0Config

NAMES = tuple(f"name {number}" for number in range(imagenet.CLASSES))


def test_it_answers_as_the_network_of_keras_does(tmp_path):
    keras.utils.set_random_seed(0)
    published = keras.applications.MobileNetV2(weights=None)
    published.save_weights(tmp_path / "all.weights.h5")
    pixels = tiny.pixels(224, 224)[np.newaxis].astype("float32")

    recipe = imagenet.make_recipe("mobilenet_v2", str(tmp_path / "all.weights.h5"), NAMES)
    logits = imagenet.build(recipe)({"image": pixels, "size": np.int32([[224, 224]])})

    scaled = keras.applications.mobilenet_v2.preprocess_input(pixels.copy())
    np.testing.assert_allclose(keras.ops.softmax(logits), published(scaled), atol=1e-6)


def test_a_file_without_the_classes_is_refused(tmp_path):
    network = keras.applications.MobileNetV2(weights=None, include_top=False)
    network.save_weights(tmp_path / "without.weights.h5")
    recipe = imagenet.make_recipe("mobilenet_v2", str(tmp_path / "without.weights.h5"), NAMES)

    with pytest.raises(ValueError, match=r"without\.weights\.h5"):
        imagenet.build(recipe)


def test_a_file_of_lite0_without_the_classes_is_refused(tmp_path):
    torch_files.write(tmp_path / "backbone.pth", {"_bn0.weight": np.ones(32, "float32")})
    recipe = imagenet.make_recipe("lite0", str(tmp_path / "backbone.pth"), NAMES)

    with pytest.raises(ValueError, match=r"backbone\.pth lacks _fc\.weight"):
        imagenet.read_classes(recipe.model)


def test_classes_of_another_number_are_refused_with_the_file(tmp_path):
    state = lite0.draw_state(Lite0Config())
    fewer = {"_fc.weight": np.ones((10, 1280), "float32"), "_fc.bias": np.ones(10, "float32")}
    path = torch_files.write(tmp_path / "ten.pth", {**state, **fewer})

    with pytest.raises(ValueError, match=r"ten\.pth has classes of the shapes \[\(1280, 10\)"):
        imagenet.build(imagenet.make_recipe("lite0", path, NAMES))


@pytest.mark.parametrize("network", ["vgg16", "fcn", "resnet"])
def test_other_networks_are_refused_with_those_that_work(network):
    with pytest.raises(ValueError, match=rf"'{network}'.*lite0, mobilenet_v2"):
        imagenet.make_recipe(network, "imagenet", NAMES)


def test_a_name_of_two_classes_gets_a_second_name(tmp_path):
    lines = ["crane" if number in (134, 517) else f"name {number}" for number in range(1000)]
    (tmp_path / "names.txt").write_text("\n".join(lines))

    names = imagenet.read_names(str(tmp_path / "names.txt"))

    assert (names[134], names[517]) == ("crane (class 134)", "crane (class 517)")
    assert names[:134] == NAMES[:134]


def test_another_number_of_names_is_refused(tmp_path):
    (tmp_path / "names.txt").write_text("cat\ndog\n")

    with pytest.raises(ValueError, match=r"names\.txt has 2 lines"):
        imagenet.read_names(str(tmp_path / "names.txt"))


def test_keras_has_the_names_in_the_order_of_the_classes(monkeypatch):
    rows = {str(number): [f"n{number}", name] for number, name in enumerate(NAMES)}
    module = imagenet.keras.applications.imagenet_utils.decode_predictions.__module__
    monkeypatch.setattr(sys.modules[module], "CLASS_INDEX", rows)  # As after a download.

    assert imagenet.download_names() == NAMES
