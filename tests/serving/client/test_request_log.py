"""Sampled requests, read with TF Serving's own messages."""

import asyncio
import time

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.client import RequestLog, connect, connect_async
from tests.fakes import saved_models
from tests.fakes.saved_models import draw


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with saved_models.served(root) as server:
        yield server


@pytest.fixture(params=["grpc", "http"])
def url(server, request):
    port = server.grpc_port if request.param == "grpc" else server.rest_port
    return f"{request.param}://localhost:{port}"


def read(folder):
    """The records of all complete files."""
    files = [*map(str, folder.glob("*.tfrecord"))]
    rows = tf.data.TFRecordDataset(files).as_numpy_iterator()
    return [*map(prediction_log_pb2.PredictionLog.FromString, rows)]


def test_a_record_has_the_request_its_outputs_and_when_and_how_it_was_drawn(url, tmp_path):
    images = [draw("red"), draw("green")]
    log = RequestLog(tmp_path / "colours", rate=1)
    with connect(url, "colours", timeout=30, version=7, log=log) as client:
        found = client.classify(images)

    (record,) = read(tmp_path)
    metadata, predict = record.log_metadata, record.predict_log
    assert (metadata.model_spec.name, metadata.model_spec.version.value) == ("colours", 7)
    assert metadata.sampling_config.sampling_rate == 1
    assert abs(metadata.timestamp_secs - time.time()) < 600
    assert list(predict.request.inputs["image_bytes"].string_val) == images
    outputs = {name: tf.make_ndarray(each) for name, each in predict.response.outputs.items()}
    assert outputs["label"].tolist() == [b"red", b"green"]
    expected = [[*each.probabilities.values()] for each in found]
    np.testing.assert_allclose(outputs["probabilities"], expected, rtol=1e-6)


def test_the_async_client_samples_too(url, tmp_path):
    async def ask():
        log = RequestLog(tmp_path / "colours", rate=1)
        async with connect_async(url, "colours", timeout=30, log=log) as client:
            await client.classify([draw("red")])

    asyncio.run(ask())

    assert len(read(tmp_path)) == 1


def test_the_rate_is_the_share_of_requests(url, tmp_path):
    with connect(url, "colours", timeout=30, log=RequestLog(tmp_path / "n", rate=0)) as client:
        client.classify([draw("red")])

    assert not list(tmp_path.iterdir())


def test_a_log_that_cannot_be_written_fails_no_request(url, tmp_path, caplog):
    (tmp_path / "file").touch()
    log = RequestLog(tmp_path / "file" / "below", rate=1)

    with connect(url, "colours", timeout=30, log=log) as client:
        labels = [client.classify([draw("red")])[0].label for _ in range(2)]

    assert labels == ["red", "red"]
    assert log.dropped == 2
    assert len([r for r in caplog.records if r.name.startswith("serving.")]) == 1


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_share_is_refused(tmp_path, rate):
    with pytest.raises(ValueError, match="rate is"):
        RequestLog(tmp_path / "n", rate=rate)
