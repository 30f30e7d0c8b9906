"""SavedModels of every kind in memory."""

import numpy as np
import pytest
import tensorflow as tf

from serving.server.models.servable import Servable
from serving.server.request_errors import RequestError
from tests.fakes import saved_models
from tests.fakes.serving import tf1_models


@pytest.fixture(scope="module")
def servable(tmp_path_factory):
    return Servable(saved_models.publish(tmp_path_factory.mktemp("colours"), 1))


def test_a_signature_answers_for_images_of_several_sizes(servable):
    images = [saved_models.draw("red", 3, 5), saved_models.draw("blue", 20, 7)]

    outputs = servable.find_signature()({"image_bytes": np.array(images, object)})

    assert outputs["label"].tolist() == [b"red", b"blue"]
    assert outputs["probabilities"].shape == (2, 3)


def test_an_unknown_signature_is_a_failed_precondition(servable):
    with pytest.raises(RequestError) as refused:
        servable.find_signature("segment")

    assert refused.value.code.name == "FAILED_PRECONDITION"
    assert str(refused.value) == 'Serving signature key "segment" not found.'


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(np.zeros((1, 4, 4, 3), np.float64), id="type"),
        pytest.param(np.zeros((4, 3), np.float32), id="rank"),
    ],
)
def test_what_the_graph_refuses_has_the_code_of_the_graph(servable, pixels):
    with pytest.raises(RequestError) as refused:
        servable.find_signature("predict_pixels")({"pixels": pixels})

    assert refused.value.code.name == "INVALID_ARGUMENT"


def test_a_tf1_model_takes_any_shape_that_its_graph_takes(tmp_path):
    servable = Servable(tf1_models.publish(tmp_path, 1))

    outputs = servable.find_signature()({"x": np.array([2.0, 4.0], np.float32)})

    assert outputs["y"].tolist() == [3.0, 4.0]


def test_a_keras_model_that_keras_exports_answers(tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.export(str(tmp_path / "1"))

    signature = Servable(tmp_path / "1").find_signature()
    (name,) = signature.inputs
    (output,) = signature({name: np.ones((3, 2), np.float32)}).values()

    assert output.shape == (3, 1)


def test_a_closed_model_no_longer_answers(tmp_path):
    servable = Servable(tf1_models.publish(tmp_path, 1))
    signature = servable.find_signature()
    servable.close()

    with pytest.raises(RequestError) as refused:
        signature({"x": np.zeros(1, np.float32)})

    assert refused.value.code.name == "CANCELLED"
