"""What SavedModels say about how sure they are, in each signature."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.fakes import tiny, tiny_boxes, uncertain
from trainer.export import saved_model
from trainer.export.certainty import Certainty

REDS = (102, 153, 204, 255)  # Probabilities of red: 0.4, 0.6, 0.8 and 1.
IMAGES = [uncertain.draw(red) for red in REDS]
SHADES = uncertain.draw_shades()


def ask(module, signature):
    """The answers of a module to all images."""
    pixels = np.stack(IMAGES).astype("float32")
    inputs = {
        "serving_default": {"image_bytes": [tiny.png(image) for image in IMAGES]},
        "predict_pixels": {"pixels": pixels},
        "predict_padded_pixels": {"pixels": pixels, "sizes": [[18, 16]] * len(IMAGES)},
        "evaluate_examples": {"examples": [tiny.example(image, "red") for image in IMAGES]},
    }[signature]
    found = module.trace_signatures()[signature]
    outputs = found(**{name: tf.constant(value) for name, value in inputs.items()})
    return {name: output.numpy() for name, output in outputs.items()}


@pytest.fixture(
    params=["serving_default", "predict_pixels", "predict_padded_pixels", "evaluate_examples"]
)
def signature(request):
    return request.param


def test_answers_without_a_probable_class_are_flagged_in_each_signature(signature):
    found = ask(uncertain.classifier(), signature)

    assert found["unknown"].tolist() == [True, True, False, False]
    assert found["label"].astype(str).tolist() == ["blue", "red", "red", "red"]


def test_without_a_threshold_nothing_is_flagged(signature):
    assert "unknown" not in ask(uncertain.classifier(Certainty()), signature)


def test_a_temperature_changes_probabilities_and_no_label(signature):
    plain = ask(uncertain.classifier(Certainty()), signature)
    found = ask(uncertain.classifier(Certainty(temperature=2.0)), signature)

    roots = np.sqrt(plain["probabilities"])
    expected = roots / roots.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-4)
    np.testing.assert_array_equal(found["label"], plain["label"])


def test_a_threshold_is_one_of_calibrated_probabilities():
    found = ask(uncertain.classifier(Certainty(2.0, unknown_below=0.75)), "serving_default")

    assert found["unknown"].tolist() == [True, True, True, False]  # 0.8 has become 0.67.


def test_a_localizer_calibrates_and_flags_its_classes_and_keeps_its_boxes():
    module, calibrated = tiny_boxes.localizer(), tiny_boxes.localizer()
    calibrated.certainty = Certainty(2.0, unknown_below=0.7)
    image = [tiny.png(tiny_boxes.draw(0, "blue")[0])]

    plain = module.answer_bytes(tf.constant(image))
    found = calibrated.answer_bytes(tf.constant(image))

    np.testing.assert_allclose(found["probabilities"], [[0.75, 0.25]], atol=1e-4)  # 0.9 and 0.1.
    assert found["unknown"].numpy().tolist() == [False]
    np.testing.assert_array_equal(found["boxes"], plain["boxes"])


def segment(certainty, **options):
    """Mask and confidence of an image of many shades of red."""
    module = uncertain.segmenter(certainty, **options)
    found = module.answer_bytes(tf.constant([tiny.png(SHADES)]))
    names = ("mask_bytes", *(["confidence_bytes"] if certainty.confidence else []))
    return [np.asarray(Image.open(io.BytesIO(found[name].numpy()[0]))) for name in names]


def test_each_pixel_has_the_probability_of_its_class():
    mask, confidence = segment(Certainty(confidence=True))

    red = SHADES[..., 0].astype(int)
    np.testing.assert_array_equal(mask, red > 127)
    np.testing.assert_array_equal(confidence, np.maximum(red, 255 - red))


@pytest.mark.parametrize("side", [64, 16], ids=["as-sent", "enlarged"])
def test_a_temperature_changes_the_confidence_of_pixels_and_no_mask(side):
    (plain,) = segment(Certainty(), max_side=side)
    mask, confidence = segment(Certainty(4.0, confidence=True), max_side=side)
    _, before = segment(Certainty(confidence=True), max_side=side)

    np.testing.assert_array_equal(mask, plain)
    assert confidence.shape == SHADES.shape[:2]
    assert (confidence <= before).all()
    assert confidence.mean() < before.mean() - 5


@pytest.mark.parametrize("wanted", [True, False])
def test_a_model_is_calibrated_on_the_validation_split_if_it_is_wanted(tmp_path, wanted):
    recipe = tiny.with_values(f"serve.calibrated={str(wanted).lower()}", "serve.unknown_below=0.6")
    _, val = tiny.datasets(tmp_path, recipe)
    model = tiny.model_of()
    saved_model.save(model, tiny.STATISTICS, recipe, f"{tmp_path}/plain")
    saved_model.save(model, tiny.STATISTICS, recipe, f"{tmp_path}/fitted", val)

    fitted = saved_model.read_calibration(f"{tmp_path}/fitted")

    assert saved_model.read_calibration(f"{tmp_path}/plain") is None
    assert (fitted is not None) == wanted
    if fitted:
        assert fitted.answers == 8
        assert_scaled(tmp_path, fitted.temperature)


def assert_scaled(folder, temperature):
    """The fitted model's answers are the plain model's at this temperature."""
    image = tf.constant([tiny.png(tiny.drawn("red", 5))])
    plain, found = (
        tf.saved_model.load(f"{folder}/{name}").signatures["serving_default"](image)
        for name in ("plain", "fitted")
    )
    logits = np.log(np.maximum(plain["probabilities"].numpy(), np.finfo(np.float32).tiny))
    expected = tf.nn.softmax(logits / temperature)
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-5)
    assert "unknown" in found


def test_masks_are_calibrated_on_pixels(tmp_path):
    _, val = tiny.datasets(tmp_path, tiny.MASKS)
    module = uncertain.segmenter(Certainty())

    fitted = saved_model.calibrate(module, val, tiny.MASKS)

    assert fitted.answers > 1000
    assert fitted.temperature > 1  # Nearly all pixels are certain, and many are wrong.
    assert fitted.error_after < fitted.error_before
