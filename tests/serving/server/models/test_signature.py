"""Named arrays in and out, with TF Serving's texts for those that do not fit."""

import numpy as np
import pytest

from serving.server.models.servable import Servable
from serving.server.request_errors import BadInput
from tests.fakes import saved_models

IMAGE = np.array([saved_models.draw("red")], object)
PIXELS = np.zeros((1, 4, 4, 3), np.float32)


@pytest.fixture(scope="module")
def servable(tmp_path_factory):
    return Servable(saved_models.publish(tmp_path_factory.mktemp("colours"), 1))


def test_an_input_with_a_default_may_be_left_out(servable):
    signature = servable.find_signature("predict_pixels")

    alone = signature({"pixels": PIXELS})
    with_sizes = signature({"pixels": PIXELS, "sizes": np.array([[4, 4]], np.int32)})

    assert signature.required == ["pixels"]
    assert (alone["sizes_given"], with_sizes["sizes_given"]) == ([0], [1])


@pytest.mark.parametrize(
    ("signature", "inputs", "text"),
    [
        pytest.param("", {}, "Missing but required: {image_bytes}", id="missing"),
        pytest.param("", {"image": IMAGE}, "alias: image_bytes(feed name: ", id="another"),
        pytest.param("", {"image_bytes": IMAGE, "x": IMAGE}, "Sent extra: {x}", id="extra"),
        pytest.param(
            "predict_pixels", {"pixels": PIXELS, "x": PIXELS}, "invalid name", id="unknown"
        ),
        pytest.param("predict_pixels", {"sizes": PIXELS}, "alias: pixels(", id="no-default"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(servable, signature, inputs, text):
    with pytest.raises(BadInput) as refused:
        servable.find_signature(signature)(inputs)

    assert text in str(refused.value)


@pytest.mark.parametrize(
    ("only", "text"),
    [
        (["mask"], "output tensor alias not found in signature: mask"),
        (["label", "label"], "duplicate output tensor alias: label"),
    ],
)
def test_outputs_that_cannot_be_chosen_are_refused(servable, only, text):
    with pytest.raises(BadInput, match=text):
        servable.find_signature()({"image_bytes": IMAGE}, only=only)
