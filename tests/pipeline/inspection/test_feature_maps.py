"""Feature maps of an image, and their sheet."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
from PIL import Image

from pipeline.inspection import feature_maps, feature_sheet, trained_model
from pipeline.inspection.feature_maps import Features, Stage
from serving.drawing import sheets
from tests.fakes import tiny
from trainer import configs, models
from trainer.export import saved_model

PIXELS = tiny.pixels(40, 24)


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    """A pushed version of a tiny segmenter, and its Keras model."""
    root = tmp_path_factory.mktemp("served")
    statistics = tiny.statistics_of(tiny.MASKS)
    model = tiny.with_random_weights(models.build(tiny.MASKS.model, statistics))
    saved_model.save(model, statistics, tiny.MASKS, str(root / "tiny" / "10"))
    shutil.copytree(root / "tiny" / "10", root / "tiny" / "9")
    return root / "tiny" / "10", model


def test_maps_are_those_of_the_trained_model(version):
    folder, model = version
    found = feature_maps.compute(trained_model.read(folder), tiny.png(PIXELS))
    inputs = {"image": PIXELS[np.newaxis].astype("float32"), "size": np.array([[40, 24]])}

    np.testing.assert_array_equal(found.pixels, PIXELS)
    assert found.stages[-1].layer == "logits"
    expected = np.asarray(model(inputs, training=False))[0]
    np.testing.assert_allclose(found.stages[-1].maps, expected, atol=1e-4)


def test_an_image_is_scaled_as_in_training(version):
    wide = tiny.pixels(40, 480)

    found = feature_maps.compute(trained_model.read(version[0]), tiny.png(wide))

    assert found.pixels.shape == (4, tiny.MASKS.data.max_side, 3)


def test_a_part_of_an_image_is_shown_as_it_is_evaluated():
    experiment = tiny.with_values("serve.crop=[0.5, 0.0, 1.0, 1.0]")

    found = feature_maps.compute(
        trained_model.build_untrained(experiment, tiny.LABELS), tiny.png(PIXELS)
    )

    np.testing.assert_array_equal(found.pixels, PIXELS[20:])


@pytest.mark.parametrize(
    ("name", "strides"),
    [("flowers", [2, 4, 8, 16, 16]), ("pets", [2, 4, 8, 16, 32, 16, 8, 4, 2, 1])],
)
def test_each_stage_is_shown_once_and_the_scores_last(name, strides):
    experiment = configs.load(name)
    model = models.build(experiment.model, tiny.STATISTICS)

    found = feature_maps.list_stages(model)

    by_layer = feature_maps.geometry.compute_strides(model)
    assert [by_layer[layer.name][0] for layer in found] == strides
    assert found[-1].output.shape[-1] == len(tiny.STATISTICS.labels)


def test_the_newest_version_is_used(version):
    folder, _ = version

    assert trained_model.find_newest(folder.parents[1], "tiny") == folder
    assert trained_model.find_newest(folder.parents[1], "other") is None


def test_the_origin_of_the_weights_is_named(version):
    folder, _ = version
    fresh = trained_model.build_untrained(tiny.MASKS, tiny.MASKS.data.classes)

    assert str(folder) in trained_model.read(folder).weights
    assert fresh.weights == "weights before training: random"


def test_pretrained_weights_are_named():
    transfer = configs.load("flowers-transfer")

    assert "imagenet in the backbone" in trained_model.describe_start(transfer)


def test_a_sheet_has_each_map_from_its_least_to_its_greatest_value():
    ramp = np.linspace(-3, 5, 96, dtype=np.float32)[:, np.newaxis] * np.ones((1, 96), np.float32)
    stage = Stage("conv", (2, 2), np.stack([ramp, -ramp], axis=-1))
    picture = feature_sheet.to_picture(stage.maps[..., 0])

    block = feature_sheet.draw_stage(stage)
    left, top = sheets.GAP, sheets.LINE + 2 * sheets.GAP
    pasted = block.crop((left, top, left + 96, top + 96)).convert("L")

    assert picture.getextrema() == (0, 255)
    np.testing.assert_array_equal(np.asarray(pasted), np.asarray(picture))


def test_a_map_of_one_value_is_drawn():
    assert feature_sheet.to_picture(np.full((2, 3), 7.0, np.float32)).getextrema() == (0, 0)


def test_a_sheet_is_bounded_however_many_maps_there_are():
    few, many = (Stage("a", (1, 1), np.zeros((8, 8, count), "float32")) for count in (24, 500))
    sheets = [
        Image.open(io.BytesIO(feature_sheet.draw(Features(PIXELS, [stage]), "weights")))
        for stage in (few, many)
    ]

    assert sheets[0].height == sheets[1].height
    assert sheets[1].width < 2000
