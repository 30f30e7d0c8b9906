"""VGG-16's weights, read: from files that Keras writes, and from the network that is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.fakes import segmenters
from tests.fakes.images.padded import batch_of
from trainer.models.backbones import vgg16, vgg16_weights
from trainer.models.backbones.availability import WeightsUnavailableError

WIDTH = 1 / 32
ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def full():
    """A narrow VGG-16 with its dense layers, for images of 224x224."""
    keras.utils.set_random_seed(5)
    return vgg16_weights.build_keras_vgg16(segmenters.vgg("fcn8s", width=WIDTH), top=True)


@pytest.fixture(scope="module", params=["vgg.weights.h5", "vgg.h5"])
def full_file(full, request, tmp_path_factory):
    path = str(tmp_path_factory.mktemp("full") / request.param)
    write = full.save_weights if path.endswith(".weights.h5") else full.save
    write(path)
    return path


@pytest.fixture(scope="module", params=["vgg.weights.h5", "vgg.h5"])
def bare_file(request, tmp_path_factory):
    """Of a VGG-16 without dense layers."""
    keras.utils.set_random_seed(6)
    bare = vgg16_weights.build_keras_vgg16(segmenters.vgg("fcn8s", width=WIDTH), top=False)
    path = str(tmp_path_factory.mktemp("bare") / request.param)
    write = bare.save_weights if path.endswith(".weights.h5") else bare.save
    write(path)
    return path


def read(name, path, **values):
    return segmenters.build(segmenters.vgg(name, width=WIDTH, weights=path, **values))


def test_the_features_are_those_of_keras(tmp_path):
    path = str(tmp_path / "vgg.weights.h5")
    keras_own = keras.applications.VGG16(include_top=False, weights=None)
    keras_own.save_weights(path)
    config = segmenters.vgg("vgg16_deconv", width=1.0, weights=path)
    inputs, maps = vgg16.build_backbone(config, mean=[0] * 3, std=[1] * 3)
    ours = vgg16_weights.read(keras.Model(inputs, maps["block5_pool"].features), config)
    image = np.random.default_rng(0).uniform(0, 255, (64, 96, 3)).astype("float32")

    expected = keras_own(keras.applications.vgg16.preprocess_input(image[None].copy()))
    np.testing.assert_allclose(ours(batch_of([image])), expected, rtol=1e-3, atol=1e-4)


def test_the_dense_layers_are_convolutions_now(full, full_file):
    model = read("fcn8s", full_file)
    image = np.random.default_rng(0).uniform(0, 255, (224, 224, 3)).astype("float32")
    dense = keras.Model(full.input, full.get_layer("fc2").output)
    convolved = keras.Model(model.input, model.get_layer("fc7").output)

    expected = dense(keras.applications.vgg16.preprocess_input(image[None].copy()))[0]
    centre = convolved(batch_of([image]))[0, 3, 3]  # Where the kernel of 7x7 lies on the 7x7 map.
    assert np.any(expected)
    np.testing.assert_allclose(centre, expected, rtol=1e-3, atol=1e-4)


def test_a_file_without_dense_layers_leaves_them_as_they_start(bare_file):
    model, fresh = (
        read("fcn8s", bare_file, frozen=True),
        segmenters.build(segmenters.vgg("fcn8s", width=WIDTH)),
    )

    assert not same(model, fresh, "block1_conv1")
    assert same(model, fresh, "fc6")
    assert model.get_layer("fc6").trainable


def same(one, other, name):
    pairs = zip(*(model.get_layer(name).get_weights() for model in (one, other)), strict=True)
    return all(np.array_equal(first, second) for first, second in pairs)


def test_a_model_without_dense_layers_leaves_those_of_the_file(full, full_file):
    model = read("vgg16_deconv", full_file)

    for name in ("block1_conv1", "block3_conv2", "block5_conv3"):
        assert same(model, full, name)


def test_frozen_weights_are_not_trained(full_file):
    model = read("fcn16s", full_file, frozen=True)
    learned = {weight.path.split("/")[0] for weight in model.trainable_weights}

    assert learned == {"score_fr", "score_pool4", "upscore2"}


def test_loaded_weights_are_trained_unless_they_are_frozen(full_file):
    assert read("fcn32s", full_file).get_layer("block1_conv1").trainable


@pytest.mark.parametrize("name", ["absent.h5", "absent.weights.h5", "absent.txt"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(WeightsUnavailableError, match=rf"model\.weights=.*{name} .*\"none\""):
        read("vgg16_deconv", str(tmp_path / name))


@pytest.mark.parametrize("name", ["empty.h5", "empty.weights.h5", "empty.keras"])
def test_a_damaged_file_is_named_in_one_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"")

    with pytest.raises(ValueError, match=rf"^model\.weights=.*{name} cannot be read.*\"none\"\.$"):
        read("vgg16_deconv", str(tmp_path / name))


def test_a_file_of_another_width_is_refused(full_file):
    with pytest.raises(ValueError, match=r"model\.weights=.* 0\.0625"):
        segmenters.build(segmenters.vgg("vgg16_deconv", weights=full_file))


def test_a_narrow_model_cannot_have_the_weights_of_imagenet():
    with pytest.raises(ValueError, match=r"model\.width=0\.0625: .*1\.0.*model\.weights="):
        segmenters.build(segmenters.vgg("fcn8s", weights="imagenet"))


OFFLINE = """
from trainer.models.backbones import vgg16_weights
vgg16_weights.load_imagenet(top=False)
"""


def test_the_message_about_weights_that_cannot_be_downloaded(tmp_path):
    nowhere = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    environment = {**os.environ, **nowhere, "no_proxy": "", "KERAS_HOME": str(tmp_path)}
    command = [sys.executable, "-c", OFFLINE]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    message = ended.stderr.splitlines()[-1]
    assert "WeightsUnavailableError" in message
    assert "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5" in message
    assert "https://storage.googleapis.com/" in message
    assert 'model.weights="none"' in message
