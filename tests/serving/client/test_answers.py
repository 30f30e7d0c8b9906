"""What is read from a model's outputs, over gRPC and over REST."""

import base64

import numpy as np
import pytest
from PIL import Image

from serving.client import answers
from serving.client.answers import Box, Localization, Prediction, Segmentation
from serving.client.errors import (
    ClassCountMismatch,
    InvalidOutput,
    MissingOutput,
    RowCountMismatch,
)
from tests.fakes.image_files import file_of

MASKS = {"mask_bytes": [b"png"], "class_fractions": [[0.25, 0.75]], "labels": [["a", "b"]]}
CLASSES = {"probabilities": [[0.25, 0.75]], "label": ["b"], "labels": [["a", "b"]]}
BOXES = CLASSES | {"boxes": [[1.0, 2.0, 9.0, 8.0]]}


def test_the_model_decides_what_is_read():
    fractions = {"a": 0.25, "b": 0.75}

    assert answers.read_answers(MASKS, 1) == [Segmentation(b"png", fractions)]
    assert answers.read_answers(CLASSES, 1) == [Prediction("b", fractions)]
    assert answers.read_answers(BOXES, 1) == [Localization("b", fractions, Box(1.0, 2.0, 9.0, 8.0))]


def test_a_box_has_its_sides_by_name_and_its_labels_probability():
    (found,) = answers.read_localizations(BOXES, 1)

    assert (found.box.ymin, found.box.xmin, found.box.ymax, found.box.xmax) == (1, 2, 9, 8)
    assert found.box.area == 48
    assert found.probability == 0.75


@pytest.mark.parametrize(
    ("changed", "error", "output"),
    [
        pytest.param({"boxes": [[1.0, 2.0]]}, InvalidOutput, "boxes", id="two-sides"),
        pytest.param({"boxes": []}, RowCountMismatch, "boxes", id="no-box"),
        pytest.param({"labels": [["a"]]}, ClassCountMismatch, "labels", id="names"),
    ],
)
def test_invalid_boxes_are_refused_by_name(changed, error, output):
    with pytest.raises(error) as refused:
        answers.read_localizations(BOXES | changed, 1)

    assert refused.value.output == output


def test_a_classifier_has_no_boxes_to_read():
    with pytest.raises(MissingOutput) as refused:
        answers.read_localizations(CLASSES, 1)

    assert refused.value.output == "boxes"


def test_a_mask_is_an_array_of_class_numbers_in_the_images_size():
    mask = np.array([[0, 1, 1], [1, 0, 0]], np.uint8)

    found = Segmentation(file_of(Image.fromarray(mask)), {"a": 0.5, "b": 0.5})

    assert found.mask.dtype == np.uint8
    np.testing.assert_array_equal(found.mask, mask)
    assert found.names[found.mask].tolist() == [["a", "b", "b"], ["b", "a", "a"]]


@pytest.mark.parametrize(
    "png",
    [
        pytest.param(b"no PNG", id="no-png"),
        pytest.param(file_of(Image.fromarray(np.eye(20, dtype=np.uint8)))[:-30], id="truncated"),
        pytest.param(file_of(Image.fromarray(np.zeros((2, 2, 3), np.uint8))), id="colours"),
    ],
)
def test_a_mask_that_is_not_one_byte_per_pixel_is_refused(png):
    with pytest.raises(InvalidOutput) as refused:
        _ = Segmentation(png, {"a": 1.0}).mask

    assert refused.value.output == "mask_bytes"


def test_masks_in_base64_are_the_same():
    sent = MASKS | {"mask_bytes": [{"b64": base64.b64encode(b"png").decode()}]}

    assert answers.read_segmentations(sent, 1) == answers.read_segmentations(MASKS, 1)


def test_classes_without_names_are_numbered():
    masks, classes = ({k: v for k, v in all_.items() if k != "labels"} for all_ in (MASKS, CLASSES))

    assert answers.read_segmentations(masks, 1)[0].class_fractions == {"0": 0.25, "1": 0.75}
    assert answers.read_predictions(classes, 1)[0].probabilities == {"0": 0.25, "1": 0.75}


@pytest.mark.parametrize(
    ("changed", "error", "output"),
    [
        pytest.param({"mask_bytes": ["?"]}, InvalidOutput, "mask_bytes", id="not-bytes"),
        pytest.param({"mask_bytes": [{"b64": "?"}]}, InvalidOutput, "mask_bytes", id="not-base64"),
        pytest.param({"mask_bytes": []}, RowCountMismatch, "mask_bytes", id="masks"),
        pytest.param({"class_fractions": []}, RowCountMismatch, "class_fractions", id="fractions"),
        pytest.param({"labels": [["a", "b"]] * 2}, RowCountMismatch, "labels", id="labels"),
        pytest.param({"labels": [["a"]]}, ClassCountMismatch, "labels", id="names"),
    ],
)
def test_invalid_outputs_are_refused_by_name(changed, error, output):
    with pytest.raises(error) as refused:
        list(answers.read_segmentations(MASKS | changed, 1))

    assert refused.value.output == output


@pytest.mark.parametrize("missing", ["label", "probabilities"])
def test_a_missing_output_is_named(missing):
    outputs = {name: value for name, value in CLASSES.items() if name != missing}

    with pytest.raises(MissingOutput) as refused:
        answers.read_predictions(outputs, 1)

    assert refused.value.output == missing


def test_the_message_about_a_model_of_another_kind():
    with pytest.raises(MissingOutput) as refused:
        answers.read_segmentations(CLASSES, 1)

    assert str(refused.value) == (
        "The model is not a segmenter: it has no output 'mask_bytes', only "
        "['label', 'labels', 'probabilities']. Call Client.ask, which reads all kinds."
    )


def test_the_message_about_counts_that_differ():
    with pytest.raises(RowCountMismatch) as refused:
        answers.read_predictions(CLASSES, 2)

    assert str(refused.value) == (
        "The model's output 'probabilities' is invalid: it has 1 rows for 2 images."
    )
