"""Images with masks: from records to batches, through the loss, into a model."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.fakes import tiny
from trainer import models
from trainer.data import input_pipeline, records
from trainer.learning import training

LABELS = tiny.MASKS.data.classes
SHADELESS = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0}


def varied(**augment):
    """The tiny experiment, with colours that stay."""
    changed = replace(tiny.MASKS.augment, **{**SHADELESS, **augment})
    return replace(tiny.MASKS, augment=changed)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    return tiny.write_pairs(tmp_path_factory.mktemp("pairs") / "train.tfrecord", 24)


def batches(files, experiment, count=20):
    return list(
        input_pipeline.read_training([files], LABELS, experiment).take(count).as_numpy_iterator()
    )


def evaluated(path, *masks, experiment=tiny.MASKS):
    files = tiny.write(path / "x.tfrecord", [tiny.coloured(mask) for mask in masks])
    return list(input_pipeline.read_evaluation([files], LABELS, experiment).as_numpy_iterator())


@pytest.mark.parametrize(
    "augment",
    [
        pytest.param({}, id="crops-and-flips"),
        pytest.param({"max_zoom": 3.0, "min_crop_area": 0.1}, id="enlarged"),
        pytest.param({"paste": 1.0}, id="pasted"),
        pytest.param({"paste": 0.5, "max_aspect_change": 2.0}, id="stretched-and-pasted"),
    ],
)
def test_image_and_mask_move_together_and_no_class_is_new(pairs, augment):
    found = set()
    for inputs, masks in batches(pairs, varied(**augment)):
        assert masks.shape == (*inputs["image"].shape[:3], 1)
        assert masks.dtype == np.uint8
        assert (
            tiny.shown(inputs["image"], masks).min() >= 15
        )  # A quarter of a quarter: scaled twice.
        found |= set(masks.flat)

    assert found == {0, 1, 2}


def test_objects_are_pasted_onto_other_images(pairs):
    def classes_together(experiment):
        return [
            len({*mask.flat} - {0}) for _, masks in batches(pairs, experiment) for mask in masks
        ]

    assert max(classes_together(varied())) == 1
    assert max(classes_together(varied(paste=1.0))) == 2


def test_one_seed_gives_the_same_pairs(pairs):
    experiment = varied(paste=0.5)
    first, second = batches(pairs, experiment, 6), batches(pairs, experiment, 6)

    for (inputs, masks), (again, masks_again) in zip(first, second, strict=True):
        np.testing.assert_array_equal(inputs["image"], again["image"])
        np.testing.assert_array_equal(masks, masks_again)


def test_evaluation_sees_each_pair_whole_and_nothing_of_its_padding(tmp_path):
    drawings = [tiny.drawn_mask(seed)[:40, :40] for seed in range(12)]
    seen = []
    for inputs, masks in evaluated(tmp_path, *drawings):
        for size, image, mask in zip(inputs["size"], inputs["image"], masks, strict=True):
            inside = mask[: size[0], : size[1], 0]
            np.testing.assert_array_equal(image[: size[0], : size[1]], tiny.PALETTE[inside])
            assert (mask == records.IGNORED).sum() == mask.size - inside.size
            seen.append(inside.tobytes())

    assert sorted(seen) == sorted(mask.tobytes() for mask in drawings)


def test_a_mask_has_the_size_of_the_image_that_the_model_sees(tmp_path):
    ((inputs, masks),) = evaluated(tmp_path, np.ones((200, 100), np.uint8))

    assert inputs["size"].tolist() == [[48, 24]]
    assert masks.shape == (1, 48, 24, 1)


def test_the_memory_for_the_cache_counts_masks_too(pairs):
    side = tiny.MASKS.data.max_side
    decoded = input_pipeline.decode_examples([pairs], LABELS, tiny.MASKS)
    count = input_pipeline.CACHE_LIMIT // (side * side * 4)

    assert input_pipeline.cache_if_small(decoded, count, tiny.MASKS) is not decoded
    assert input_pipeline.cache_if_small(decoded, count + 1, tiny.MASKS) is decoded


def box(height, width):
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 :, width // 3 :] = 1
    return mask


CORNER_CASES = {
    "one-pixel-wide": box(50, 1),
    "one-pixel": box(1, 1),
    "strip": box(20, 3000),
    "one-class": np.full((30, 40), 2, np.uint8),
    "all-ignored": np.full((30, 40), records.IGNORED, np.uint8),
}


@pytest.fixture(scope="module")
def model():
    model = models.build(tiny.MASKS.model, tiny.statistics_of(tiny.MASKS))
    training.compile_model(model, 1, tiny.with_values("train.warmup_epochs=0.0", of=tiny.MASKS))
    return model


@pytest.mark.parametrize("mask", CORNER_CASES.values(), ids=CORNER_CASES)
def test_corner_cases_can_be_trained_and_evaluated(tmp_path, model, mask):
    files = [tiny.write(tmp_path / "x.tfrecord", [tiny.coloured(mask)])]
    experiment = varied(paste=0.5)
    learned = model.fit(input_pipeline.read_training(files, LABELS, experiment).take(1), verbose=0)
    measured = model.evaluate(
        input_pipeline.read_evaluation(files, LABELS, experiment), return_dict=True, verbose=0
    )

    assert {"loss", "pixel_accuracy", "mean_iou"} <= {*measured}
    assert np.isfinite([*measured.values(), *learned.history["loss"]]).all()
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert (measured["loss"] == 0) == (mask == records.IGNORED).all()


def test_a_model_learns_masks_and_continues_where_it_stopped(tmp_path):
    _, before = tiny.train(tmp_path, tiny.with_values("train.epochs=8", of=tiny.MASKS))
    _, after = tiny.train(tmp_path, tiny.with_values("train.epochs=9", of=tiny.MASKS))

    assert max(before.history["val_mean_iou"]) > 0.8
    assert before.history["val_pixel_accuracy"][-1] > before.history["val_pixel_accuracy"][0]
    assert after.epoch == [8]


def test_the_ground_must_be_among_the_classes():
    with pytest.raises(ValueError, match=re.escape("data.mask.ground=['sky']")):
        tiny.with_values('data.mask.ground=["sky"]', of=tiny.MASKS)


def test_paste_needs_a_class_that_is_not_an_object():
    with pytest.raises(ValueError, match=r"augment\.paste=0\.5"):
        tiny.with_values("data.mask.ground=[]", "augment.paste=0.5", of=tiny.MASKS)


def test_paste_needs_masks():
    with pytest.raises(ValueError, match=r"augment\.paste"):
        tiny.with_values("augment.paste=0.5")
