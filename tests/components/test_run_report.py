"""The component's report on real models, examples and evaluations."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tfx.types import standard_artifacts as kinds

from components import run_report
from components.artifacts import Report
from components.run_report import RunReport
from tests.fakes import tiny
from tests.fakes.report_inputs import FAILURE, HOSTILE, evaluate, rejected, trained
from tests.fakes.tiny_runs import EXPERIMENT, artifact, by_colour, classifier, examples_of, record
from trainer import configs
from trainer.config import Threshold
from trainer.data import records
from trainer.export import saved_model
from trainer.export.segmenter import Segmenter

PETS = configs.load("pets", fast=True)


@dataclass
class Page(HTMLParser):
    """The words of a page, separated by single spaces, and the attributes of each tag."""

    html: str
    text: str = ""
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += f" {data}"

    @property
    def alts(self):
        return [values["alt"] for tag, values in self.tags if tag == "img"]


def report(folder, experiment, model, baseline, examples, *, failure=""):
    """The page of a run with these artifacts."""
    blessing, evaluation = evaluate(folder, experiment, model, baseline, examples)
    servable, written = artifact(kinds.InfraBlessing, folder), artifact(Report, folder)
    servable.set_int_custom_property("blessed", 0 if failure else 1)
    servable.set_string_custom_property("failure", failure)
    RunReport.test_call(
        rejects=rejected(folder),
        examples=examples,
        model=model,
        model_run=trained(folder),
        evaluation=evaluation,
        blessing=blessing,
        infra_blessing=servable,
        report=written,
        name=experiment.name,
        task=experiment.task,
    )
    assert [path.name for path in Path(written.uri).iterdir()] == [run_report.PAGE]
    return Page(Path(written.uri, run_report.PAGE).read_text(encoding="utf-8"))


def saved(folder, module):
    model = artifact(kinds.Model, folder)
    saved_model.save_module(module, f"{model.uri}/Format-Serving")
    return model


def always_blue(pixels, _):
    return tf.tile([[0.75, 0.25]], [tf.shape(pixels)[0], 1])


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Of four images, the one that is labelled red is blue: taken for blue, and not servable."""
    folder = tmp_path_factory.mktemp("classes")
    blue = {records.FILENAME: HOSTILE}
    rows = [record("blue", 0), record("blue", 1, **blue), record("red", 2)]
    example = tf.train.Example.FromString(record("blue", 3))
    encoded = example.features.feature[records.ENCODED].bytes_list.value[0]
    rows.append(record("red", 3, **{records.ENCODED: encoded}))
    gate = (Threshold(metric="accuracy", at_least=0.9),)
    model, baseline = (saved(folder, classifier(p)) for p in (by_colour, always_blue))
    experiment = replace(EXPERIMENT, gate=gate)
    examples = examples_of(folder, rows)
    return report(folder, experiment, model, baseline, examples, failure=FAILURE)


def by_channel(pixels, _):
    """Red is a pet, green the background, blue a border."""
    return pixels / 255.0


def always_pet(pixels, _):
    return tf.one_hot(tf.zeros(tf.shape(pixels)[:3], tf.int32), 3)


def pair(number, truth, **changed):
    """An image that is half red and half green, with this mask."""
    image = np.zeros((20, 16, 3), np.uint8)
    image[:, :8, 0], image[:, 8:, 1] = 255 - number, 255
    fields = {records.ENCODED: file_of(image), records.HEIGHT: 20, records.WIDTH: 16}
    mask = {records.MASK: file_of(truth), records.MASK_FORMAT: "PNG"}
    named = {records.FILENAME: f"images/{number}.png", records.SPECIES: "dog"}
    return record("pug", number, **(fields | mask | named | changed))


def file_of(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def masks(tmp_path_factory):
    """Of four masks, the third is the wrong way round."""
    folder = tmp_path_factory.mktemp("masks")
    truth = np.zeros((20, 16), np.uint8)
    truth[:, 8:], truth[0] = 1, records.IGNORED
    rows = [pair(0, truth), pair(1, truth), pair(2, 1 - truth % 2), pair(3, truth)]
    gate = (Threshold(metric="mean_iou", at_least=0.1, max_drop=0.02),)
    model, baseline = (
        saved(folder, Segmenter(scores, PETS.data.classes, (17.0,), tiny.LIMITS))
        for scores in (by_channel, always_pet)
    )
    examples = examples_of(folder, rows)
    return report(folder, replace(PETS, gate=gate), model, baseline, examples)


@pytest.fixture(params=["classes", "masks"])
def page(request):
    return request.getfixturevalue(request.param)


def test_the_page_needs_nothing_from_elsewhere(page):
    addresses = [
        value
        for _, values in page.tags
        for name, value in values.items()
        if name in ("src", "srcset", "href", "data", "action", "background")
    ]

    assert addresses
    assert all(value.startswith("data:image/") for value in addresses)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "base"}
    assert "url(" not in page.html
    assert "@import" not in page.html


def test_each_picture_has_an_alternative_text(page):
    assert all(page.alts)


def test_the_page_counts_what_was_ingested(page):
    words = page.text

    assert "train 24 4 20 val 4 4 0 test 5 4 1 all 33 12 21" in words
    assert "truncated 20" in words
    assert "The first 20 of 21 rejects" in words
    assert "trailing bytes 7" in words
    assert "bad/18.jpg" in words
    assert "bad/19.jpg" not in words


def test_names_that_strangers_gave_are_text(classes):
    assert classes.text.count(HOSTILE) == 2  # A test image, and a reject.
    assert f"Image {HOSTILE}" in classes.alts


def test_a_model_that_failed_its_gate_is_not_blessed_and_the_reasons_are_shown(classes):
    assert "Not blessed." in classes.text
    assert "accuracy on all test images is 0.750; the gate requires at least 0.9." in classes.text
    assert f"It cannot be served: {FAILURE}" in classes.text


def test_a_model_that_passed_is_blessed(masks):
    assert "Blessed. The model passed its gate, and it can be served." in masks.text


def test_metrics_are_next_to_the_baselines(classes):
    assert "accuracy 0.750 0.500 +0.250" in classes.text


def test_the_worst_image_is_the_first(classes, masks):
    images = [[alt for alt in page.alts if alt.startswith("Image ")] for page in (classes, masks)]

    assert [found[0] for found in images] == ["Image red/3.png", "Image images/2.png"]


def test_the_confusion_is_drawn_and_the_classes_are_measured(classes):
    assert "Confusion matrix: the class of 3 of 4 test images is found" in classes.alts
    assert "blue 2 1.000 0.667 1.000 red 2 0.500 1.000 0.500" in classes.text


def test_the_reliability_is_drawn_of_models_that_return_probabilities(classes, masks):
    drawn = "Reliability: the expected calibration error is 0.232"  # 0.982 sure; right 3 of 4.

    assert drawn in classes.alts
    assert "calibration error 0.232" in classes.text
    assert not [alt for alt in masks.alts if alt.startswith("Reliability")]


def test_masks_are_measured_by_class_and_by_slice(masks):
    words = masks.text

    assert "class IoU pet 0." in words
    assert "label pug 4 0." in words
    assert "species dog 4 0." in words
    assert "size bucket 1 4 0." in words


def test_image_truth_and_prediction_are_side_by_side(masks):
    first = [alt for alt in masks.alts if alt.endswith("images/2.png")]

    assert first == [f"{what} images/2.png" for what in ("Image", "True mask of", PREDICTED)]
    assert "not counted" in masks.text  # Of the legend.


PREDICTED = "Predicted mask of"


def test_the_training_is_drawn_with_its_best_epoch(page):
    assert "The weights are those of epoch 2" in page.text
    assert "loss over the epochs, at the end 0.400 in train, 0.400 in validation" in page.alts
