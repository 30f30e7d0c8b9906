"""What is read from a model's outputs, over gRPC and over REST."""

import base64

import pytest

from serving.client import answers
from serving.client.answers import Prediction, Segmentation
from serving.client.errors import RequestRejected

MASKS = {"mask_bytes": [b"png"], "class_fractions": [[0.25, 0.75]], "labels": [["a", "b"]]}
CLASSES = {"probabilities": [[0.25, 0.75]], "label": ["b"], "labels": [["a", "b"]]}


def test_the_model_decides_what_is_read():
    fractions = {"a": 0.25, "b": 0.75}

    assert answers.read_answers(MASKS, 1) == [Segmentation(b"png", fractions)]
    assert answers.read_answers(CLASSES, 1) == [Prediction("b", fractions)]


def test_masks_in_base64_are_the_same():
    sent = MASKS | {"mask_bytes": [{"b64": base64.b64encode(b"png").decode()}]}

    assert answers.read_segmentations(sent, 1) == answers.read_segmentations(MASKS, 1)


def test_classes_without_names_go_by_number():
    unnamed = {name: value for name, value in MASKS.items() if name != "labels"}

    assert answers.read_segmentations(unnamed, 1)[0].class_fractions == {"0": 0.25, "1": 0.75}


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        pytest.param(CLASSES, "makes no masks: no output 'mask_bytes'", id="classifier"),
        pytest.param(MASKS | {"mask_bytes": ["?"]}, "neither bytes nor base64", id="text"),
        pytest.param(MASKS | {"mask_bytes": []}, "0 rows of 'mask_bytes'", id="too-few"),
        pytest.param(MASKS | {"labels": [["a"]]}, "2 values .* 1 class names", id="names"),
    ],
)
def test_outputs_that_are_no_masks_are_refused(outputs, said):
    with pytest.raises(RequestRejected, match=said):
        answers.read_segmentations(outputs, 1)
