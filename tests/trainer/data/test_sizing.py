"""How images are brought to size: in training as in the served model."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import image_files, tiny
from trainer import tasks
from trainer.data import images, input_pipeline
from trainer.data.limits import SizeLimits
from trainer.export import signatures

SIDE = 48
SIZES = [(20, 31), (48, 48), (90, 30), (100, 211)]
SQUARE = ("resize", "resize_with_pad", "crop_or_pad")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sizing", SQUARE)
def test_an_image_of_any_size_becomes_a_square(sizing, size):
    image, sent = images.load_sized(tiny.png(tiny.pixels(*size)), SIDE, sizing=sizing)

    assert image.shape == (SIDE, SIDE, 3)
    assert tuple(sent.numpy()) == size


@pytest.mark.parametrize("size", SIZES)
def test_crop_or_pad_keeps_the_pixels_of_the_middle(size):
    pixels = tiny.pixels(*size)

    image = images.load(tiny.png(pixels), SIDE, sizing="crop_or_pad")

    expected = tf.image.resize_with_crop_or_pad(pixels, SIDE, SIDE)
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize("size", SIZES)
def test_resize_with_pad_puts_black_around_the_whole_image(size):
    image = images.load(
        tiny.png(np.full((*size, 3), 200, np.uint8)), SIDE, sizing="resize_with_pad"
    )

    height, width = (round(side * SIDE / max(size)) for side in size)
    rows, columns = (np.any(image.numpy() > 0, axis=axes) for axes in ((1, 2), (0, 2)))
    assert (rows.sum(), columns.sum()) == (height, width)
    assert rows.argmax() == (SIDE - height) // 2
    assert columns.argmax() == (SIDE - width) // 2
    assert set(np.unique(image)) <= {0, 200}


def test_resize_changes_the_aspect_ratio():
    halves = np.zeros((30, 90, 3), np.uint8)
    halves[:, 45:] = 240

    image = images.load(tiny.png(halves), SIDE, sizing="resize").numpy()

    assert (image[:, : SIDE // 2 - 1] == 0).all()
    assert (image[:, SIDE // 2 + 1 :] == 240).all()


@pytest.mark.parametrize("sizing", ["limit", *SQUARE])
def test_a_large_photograph_looks_the_same_if_its_decoder_shrinks_it(sizing):
    encoded = image_files.jpeg(height=400, width=230, quality=95)

    shrunk = images.load(encoded, SIDE, sizing=sizing)
    whole = images.load(tiny.png(images.decode(encoded).numpy()), SIDE, sizing=sizing)

    assert shrunk.shape == whole.shape
    assert np.abs(np.float32(shrunk) - np.float32(whole)).mean() < 4


CROP = (0.1, 0.25, 1.0, 0.75)


def test_a_crop_leaves_out_the_rest():
    pixels = tiny.pixels(40, 20)

    image, sent = images.load_sized(tiny.png(pixels), SIDE, crop=CROP)

    np.testing.assert_array_equal(image, pixels[4:, 5:15])
    assert tuple(sent.numpy()) == (40, 20)


def test_a_crop_of_a_photograph_is_as_sharp_as_its_own_size_allows():
    encoded = image_files.jpeg(height=400, width=230, quality=95)
    crop = (0.0, 0.0, 0.1, 0.1)  # 40 x 23 pixels: the decoder must not shrink them.

    cropped = images.load(encoded, SIDE, crop=crop)

    np.testing.assert_array_equal(cropped, images.decode(encoded)[:40, :23])


@pytest.mark.parametrize("crop", [None, CROP, (0.0, 0.5, 0.3, 1.0)])
@pytest.mark.parametrize("sizing", ["limit", *SQUARE])
@pytest.mark.parametrize("size", [(11, 40), (100, 60)])
def test_the_box_that_a_model_sees_says_where_its_pixels_were(size, sizing, crop):
    rows, columns = np.indices(size)
    pixels = np.stack([20 + 2 * rows, 20 + 2 * columns, np.full(size, 20)], axis=-1)
    limits = SizeLimits(SIDE, 10_000, sizing=sizing, crop=crop)

    image = images.load(tiny.png(pixels.astype("uint8")), SIDE, **limits.options).numpy()
    edges = images.find_seen_box(tf.constant(size), limits).numpy()

    for axis in (0, 1):
        first, end = edges[axis], edges[axis + 2]
        places = (
            first + (np.indices(image.shape[:2])[axis] + 0.5) * (end - first) / image.shape[axis]
        )
        inner = image[..., 2] == 20  # Not black, nor blended with it.
        inner &= (image[..., axis] > 22) & (image[..., axis] < 2 * size[axis] + 16)  # No edge.
        found = (image[..., axis].astype(float) - 20) / 2 + 0.5
        assert inner.any()
        np.testing.assert_allclose(found[inner], places[inner], atol=1)


@pytest.mark.parametrize("size", [(101, 61), (100, 60), (31, 99)])
def test_the_box_of_crop_or_pad_is_exact(size):
    limits = SizeLimits(SIDE, 10_000, sizing="crop_or_pad")

    box = images.find_seen_boxes(tf.constant([size]), limits)[0].numpy().astype(int)

    pixels = np.pad(tiny.pixels(*size), [(SIDE, SIDE), (SIDE, SIDE), (0, 0)])
    top, left, bottom, right = box + SIDE
    image = images.load(tiny.png(tiny.pixels(*size)), SIDE, sizing="crop_or_pad")
    np.testing.assert_array_equal(image, pixels[top:bottom, left:right])


def test_a_crop_keeps_one_pixel_at_least():
    corner = images.load(tiny.png(tiny.pixels(3, 3)), SIDE, crop=(0.99, 0.99, 1.0, 1.0))

    np.testing.assert_array_equal(corner, tiny.pixels(3, 3)[2:, 2:])


@pytest.mark.parametrize("sizing", ["limit", *SQUARE])
def test_the_served_model_sees_the_pixels_that_training_saw(sizing, tmp_path):
    recipe = tiny.with_values(f"data.sizing={sizing}", f"data.crop={list(CROP)}")
    drawings = [tiny.drawn("red", seed) for seed in range(3)]
    path = tiny.write(tmp_path / "data", [tiny.example(image, "red") for image in drawings])

    trained = list(input_pipeline.decode_examples([path], tiny.LABELS, recipe))
    served = [
        signatures.load_batch(tf.constant([tiny.png(image)]), recipe.data.limits)
        for image in drawings
    ]

    for (image, size, _), (pixels, sizes, _) in zip(trained, served, strict=True):
        np.testing.assert_array_equal(image, pixels[0])
        np.testing.assert_array_equal(size, sizes[0])


def test_the_served_model_sees_the_part_that_serve_crop_says():
    recipe = tiny.with_values("serve.crop=[0.25, 0.0, 0.75, 1.0]", "data.crop=[0.0, 0.0, 1.0, 0.5]")
    pixels = tiny.pixels(40, 20)

    served, _, _ = signatures.load_batch(tf.constant([tiny.png(pixels)]), recipe.served_limits)

    np.testing.assert_array_equal(served[0], pixels[10:30])


def test_validation_sees_the_part_that_is_served_and_training_does_not(tmp_path):
    recipe = tiny.with_values("serve.crop=[0.25, 0.0, 0.75, 1.0]")
    path = tiny.write(tmp_path / "data", [tiny.example(tiny.pixels(40, 20), "red")])

    (learned,) = input_pipeline.decode_examples([path], tiny.LABELS, recipe)
    ((inputs, _),) = input_pipeline.read_evaluation([path], tiny.LABELS, recipe)

    assert tuple(learned[1].numpy()) == (40, 20)
    assert tuple(inputs["size"][0].numpy()) == (20, 20)


def test_a_mask_comes_back_in_the_size_of_the_image_that_was_sent(tmp_path):
    recipe = tiny.with_values("data.sizing=resize", of=tiny.MASKS)
    path = tiny.write_pairs(tmp_path / "data.tfrecord", 1)

    def network(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        return pixels

    module = tasks.find_task(recipe).build_module(network, tiny.statistics_of(recipe), recipe)
    example = next(iter(tf.data.TFRecordDataset(path)))
    answer = module.answer_examples(example[tf.newaxis])["mask_bytes"][0]

    assert tf.io.decode_png(answer).shape[:2] == tiny.drawn_mask(0).shape
