"""One SavedModel in memory: what it takes, returns and refuses."""

import numpy as np
import pytest

from serving.server.models.servable import Servable
from serving.server.request_errors import BadInput, InvalidTensor, MissingInput, UnknownName
from tests.fakes import saved_models


@pytest.fixture(scope="module")
def servable(tmp_path_factory):
    return Servable(saved_models.publish(tmp_path_factory.mktemp("colours"), 1))


def strings(*values):
    return np.array(values, dtype=object)


def test_a_signature_answers_for_images_of_several_sizes(servable):
    images = strings(saved_models.draw("red", 3, 5), saved_models.draw("blue", 20, 7))

    outputs = servable.find_signature("serving_default")({"image_bytes": images})

    assert outputs["label"].tolist() == [b"red", b"blue"]
    assert outputs["probabilities"].shape == (2, 3)


def test_an_input_with_a_default_may_be_left_out(servable):
    pixels = np.zeros((1, 4, 4, 3), np.float32)
    signature = servable.find_signature("predict_pixels")

    alone = signature({"pixels": pixels})
    with_sizes = signature({"pixels": pixels, "sizes": np.array([[4, 4]], np.int32)})

    assert signature.required == ["pixels"]
    assert (alone["sizes_given"], with_sizes["sizes_given"]) == ([0], [1])


def test_an_unknown_signature_is_refused_with_those_that_exist(servable):
    with pytest.raises(UnknownName, match="'echo', 'predict_pixels', 'serving_default', 'zeros'"):
        servable.find_signature("segment")


@pytest.mark.parametrize(
    ("inputs", "error", "named"),
    [
        pytest.param({}, MissingInput, "'image_bytes'", id="missing"),
        pytest.param({"image": strings(b"")}, UnknownName, "'image'", id="unknown"),
        pytest.param({"image_bytes": np.zeros(1, "f4")}, InvalidTensor, "float32", id="type"),
        pytest.param({"image_bytes": strings([b"a"])}, InvalidTensor, r"\[1, 1\]", id="shape"),
        pytest.param({"image_bytes": strings(b"?")}, BadInput, "image file", id="no-image"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(servable, inputs, error, named):
    with pytest.raises(error, match=named) as refused:
        servable.find_signature("serving_default")(inputs)

    assert type(refused.value) is error


def test_an_unknown_output_is_refused_with_those_that_exist(servable):
    images = strings(saved_models.draw("red"))

    with pytest.raises(UnknownName, match=r"\['mask'\].*'probabilities'") as refused:
        servable.find_signature("serving_default")({"image_bytes": images}, only=["mask"])

    assert refused.value.names == ("mask",)
