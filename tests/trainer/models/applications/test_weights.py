"""Weights of Keras's networks: from files as Keras writes them, and from its address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.fakes import applications, segmenters, shared_files, tiny
from tests.fakes.images.padded import batch_of
from trainer.models.applications import weights
from trainer.models.backbones.availability import WeightsUnavailableError

ROOT = Path(__file__).parents[4]
KERNELS = ("Conv1", "block_5_depthwise", "Conv_1")


@pytest.fixture(scope="module")
def sources():
    """A narrow MobileNetV2 without the layer that scores ImageNet's classes, and with it."""
    keras.utils.set_random_seed(5)
    config = applications.classifier()
    return weights.build_source(config), weights.build_source(config, top=True)


def build(**values):
    return segmenters.build(applications.classifier(**values), tiny.STATISTICS)


@pytest.mark.parametrize(
    ("name", "top"), [("bare.weights.h5", False), ("bare.h5", False), ("whole.h5", True)]
)
def test_a_file_of_keras_is_read(sources, tmp_path, name, top):
    source, path = sources[top], str(tmp_path / name)
    write = source.save_weights if path.endswith(".weights.h5") else source.save
    write(path)
    model = build(weights=path)

    for kernel in KERNELS:
        found, expected = (m.get_layer(kernel).get_weights()[0] for m in (model, source))
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["absent.h5", "absent.txt"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(WeightsUnavailableError, match=rf"model\.weights=.*{name} .*\"none\""):
        build(weights=str(tmp_path / name))


@pytest.mark.parametrize("name", ["empty.h5", "empty.weights.h5", "empty.keras", "other.keras"])
def test_a_file_that_does_not_fit_is_named_in_one_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    if name == "other.keras":
        other = applications.classifier(name="vgg16", width=1 / 32)
        weights.build_source(other).save(tmp_path / name)

    with pytest.raises(ValueError, match=rf"^model\.weights=.*{name} .*mobilenet_v2.*\"none\"\.$"):
        build(weights=str(tmp_path / name))


def test_a_file_of_another_width_is_refused(sources, tmp_path):
    path = str(tmp_path / "narrow.weights.h5")
    sources[0].save_weights(path)

    with pytest.raises(ValueError, match=r"model\.weights=.* 0\.5 "):
        build(weights=path, width=0.5)


@pytest.mark.parametrize(("name", "widths"), [("resnet50", "1.0"), ("mobilenet_v2", "0.35 or 0.5")])
def test_a_width_without_weights_of_imagenet_is_refused(name, widths):
    with pytest.raises(ValueError, match=rf"model\.width=0\.6: .*{widths}.*model\.weights="):
        build(name=name, weights="imagenet", width=0.6)


DOWNLOADS = """
from trainer.model_config import ApplicationConfig
from trainer.models.applications import weights
cached = weights.load_source(ApplicationConfig(name="mobilenet_v2", width=0.35))
print(float(cached.get_layer("Conv1").get_weights()[0].sum()))
weights.load_source(ApplicationConfig(name="efficientnet_v2_b0"))
"""


def test_the_weights_of_imagenet_are_those_that_keras_keeps_or_downloads(tmp_path):
    (tmp_path / "models").mkdir()
    source = keras.applications.MobileNetV2(
        alpha=0.35, include_top=False, weights=None, input_shape=(224, 224, 3)
    )
    kept = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"
    source.save(tmp_path / "models" / kept)
    nowhere = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    ended = subprocess.run(
        [sys.executable, "-c", DOWNLOADS],
        cwd=ROOT,
        env={**os.environ, **nowhere, "no_proxy": "", "KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    total = source.get_layer("Conv1").get_weights()[0].sum()
    assert float(ended.stdout.split()[0]) == pytest.approx(total, rel=1e-4)
    message = ended.stderr.splitlines()[-1]
    assert "WeightsUnavailableError" in message
    assert "https://storage.googleapis.com/" in message
    assert "efficientnetv2-b0_notop.h5" in message
    assert 'model.weights="none"' in message


@pytest.mark.skipif(
    not shared_files.VGG16.is_file(), reason="ImageNet's VGG-16 is not next to the repository"
)
def test_the_features_of_imagenets_vgg16_are_those_of_keras():
    keras_own = keras.applications.VGG16(include_top=False, weights=None)
    keras_own.load_weights(shared_files.VGG16)
    image = tiny.pixels(64, 96)
    model = build(name="vgg16", width=1.0, weights=str(shared_files.VGG16))
    ours = keras.Model(model.inputs, model.get_layer("block5_pool").output)

    expected = keras_own(keras.applications.vgg16.preprocess_input(image[None].astype("float32")))
    np.testing.assert_allclose(ours(batch_of([image])), expected, rtol=1e-3, atol=1e-3)
    assert np.any(expected)
