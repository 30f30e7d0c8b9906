"""The loss and metrics of masks, compared with NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from trainer.data.records import IGNORED
from trainer.tasks import mask_losses

CLASSES = 3
PLAIN = replace(tiny.MASKS.train, label_smoothing=0.0, dice=0.0)
RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 2, (2, 5, 4, CLASSES)).astype(np.float32)
IDS = RANDOM.integers(0, CLASSES, (2, 5, 4, 1)).astype(np.uint8)
IDS[0, :2] = IGNORED
ALL_IGNORED = np.full_like(IDS, IGNORED)


def loss_of(ids=IDS, logits=LOGITS, **values):
    return mask_losses.MaskLoss(replace(PLAIN, **values), CLASSES)(ids, logits)


def probabilities(logits):
    powers = np.exp(logits)
    return powers / powers.sum(-1, keepdims=True)


def cross_entropy(*, smoothing=0.0, weights=(1, 1, 1)):
    counts = IDS[..., 0] != IGNORED
    ids = IDS[..., 0][counts]
    truth = np.eye(CLASSES)[ids] * (1 - smoothing) + smoothing / CLASSES
    each = -(truth * np.log(probabilities(LOGITS)[counts])).sum(-1)
    return np.average(each, weights=np.array(weights)[ids])


def dice():
    counts = IDS[..., 0] != IGNORED
    truth, predicted = np.eye(CLASSES)[IDS[..., 0][counts]], probabilities(LOGITS)[counts]
    return 1 - np.mean(2 * (truth * predicted).sum(0) / (truth + predicted).sum(0))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({}, cross_entropy(), id="cross-entropy"),
        pytest.param({"label_smoothing": 0.2}, cross_entropy(smoothing=0.2), id="smoothed"),
        pytest.param(
            {"class_weights": (1.0, 3.0, 0.5)}, cross_entropy(weights=(1, 3, 0.5)), id="weights"
        ),
        pytest.param({"dice": 0.5}, cross_entropy() + 0.5 * dice(), id="dice"),
    ],
)
def test_the_loss_is_numpys(values, expected):
    assert float(loss_of(**values)) == pytest.approx(expected, rel=1e-5)


def test_predictions_for_ignored_pixels_do_not_matter():
    other = np.where(IDS == IGNORED, 9 * LOGITS[..., ::-1], LOGITS)

    assert float(loss_of(dice=1.0, logits=other)) == pytest.approx(float(loss_of(dice=1.0)))


def test_a_mask_with_ignored_pixels_only_has_no_loss_and_no_gradient():
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = loss_of(ALL_IGNORED, logits, dice=1.0, label_smoothing=0.1)

    assert float(loss) == 0
    np.testing.assert_array_equal(tape.gradient(loss, logits), np.zeros_like(LOGITS))


@pytest.mark.parametrize("only", range(CLASSES))
def test_a_correct_mask_of_one_class_has_no_loss(only):
    logits = np.zeros_like(LOGITS)
    logits[..., only] = 50.0

    ids = np.full_like(IDS, only)
    assert float(loss_of(ids, logits, dice=1.0)) == pytest.approx(0, abs=1e-6)


def test_dice_is_the_mean_of_the_classes_in_the_mask():
    ids, logits = np.zeros((1, 1, 4, 1), np.uint8), np.full((1, 1, 4, CLASSES), -50.0, np.float32)
    ids[0, 0, 2:] = 1
    logits[..., 0] = 50.0  # Every pixel is predicted as class 0; half of them are.

    truth = tf.one_hot(ids[..., 0], CLASSES)
    missed = mask_losses.dice_loss(truth, tf.nn.softmax(logits), tf.ones([1, 1, 4]))
    assert float(missed) == pytest.approx(((1 - 2 * 2 / 6) + 1) / 2, abs=1e-5)


def batches():
    """Two batches of another size each, as a metric gets them one after the other."""
    return [(IDS, LOGITS), (IDS[:1, :, :3], LOGITS[1:, :, :3])]


def counted():
    pairs = [(ids[..., 0].ravel(), logits.argmax(-1).ravel()) for ids, logits in batches()]
    truth, predicted = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return truth[truth != IGNORED], predicted[truth != IGNORED]


def measured(metric):
    for ids, logits in batches():
        metric.update_state(ids, logits)
    return float(metric.result())


def test_pixel_accuracy_is_numpys():
    truth, predicted = counted()

    assert measured(mask_losses.PixelAccuracy()) == pytest.approx(np.mean(truth == predicted))


def test_mean_intersection_over_union_is_numpys():
    truth, predicted = counted()
    shares = [
        ((truth == n) & (predicted == n)).sum() / ((truth == n) | (predicted == n)).sum()
        for n in range(CLASSES)
    ]

    assert measured(mask_losses.MeanIoU(CLASSES)) == pytest.approx(np.mean(shares))


@pytest.mark.parametrize("metric", [mask_losses.PixelAccuracy(), mask_losses.MeanIoU(CLASSES)])
def test_a_metric_of_nothing_is_a_number(metric):
    metric.update_state(ALL_IGNORED, LOGITS)

    assert float(metric.result()) == 0
