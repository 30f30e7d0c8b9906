"""https://www.tensorflow.org/tfx/serving/serving_basic: the requests of its mnist_client.py."""

import json

import grpc
import numpy
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc


def draw(digit):
    image = numpy.zeros(784, numpy.float32)
    image[digit] = 10.0
    return image


@pytest.mark.parametrize("digit", [0, 7])
def test_test_the_server_with_mnist_client(server, digit):
    image = draw(digit)
    channel = grpc.insecure_channel(f"localhost:{server.grpc_port}")
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "mnist"
    request.model_spec.signature_name = "predict_images"
    request.inputs["images"].CopyFrom(tf.make_tensor_proto(image, shape=[1, image.size]))
    result_future = stub.Predict.future(request, 60.0)

    response = numpy.array(result_future.result().outputs["scores"].float_val)
    channel.close()

    assert response.shape == (10,)
    assert numpy.argmax(response) == digit


def test_load_exported_model_the_default_signature_classifies(http):
    body = json.dumps({"examples": [{"x": draw(7).tolist()}]})

    answer = http.post("/mnist:classify", content=body)

    (classes,) = answer.json()["results"]
    assert classes[0][0] == "7"
    assert len(classes) == 10
