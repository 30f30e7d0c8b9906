"""One model's client: many images, versions and keys."""

import pytest

from serving.client import connect
from tests.fakes import saved_models
from tests.fakes.saved_models import draw
from tests.fakes.serving.answering import Recorder, answering


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def url(recorder):
    with answering(recorder) as port:
        yield f"grpc://127.0.0.1:{port}"


def label_of(request):
    return request.model_spec.version_label


def test_the_version_that_answers_is_found_over_both_protocols(tmp_path):
    saved_models.publish(tmp_path / "colours", 7)
    with saved_models.served(tmp_path) as server:
        for url in (f"grpc://localhost:{server.grpc_port}", f"http://localhost:{server.rest_port}"):
            with connect(url, "colours", timeout=30) as client:
                assert client.find_version() == 7


def test_a_batch_is_one_request(recorder, url):
    with connect(url, "colours") as client:
        answers = list(client.ask_many([draw("red")] * 5, batch=2, concurrency=1))

    sizes = [len(request.inputs["image_bytes"].string_val) for request in recorder.requests]
    assert (len(answers), sizes) == (5, [2, 2, 1])


def test_a_version_or_a_label_is_asked(recorder, url):
    for options in ({"version": 3}, {"label": "stable"}):
        with connect(url, "colours", **options) as client:
            client.classify([draw("red")])

    by_number, by_label = recorder.requests
    assert by_number.model_spec.version.value == 3
    assert label_of(by_label) == "stable"


def test_the_same_key_always_asks_the_same_version(recorder, url):
    keys = [f"user-{number}" for number in range(20)]
    with connect(url, "colours", canary_percent=50) as client:
        for key in keys * 2:
            client.classify([draw("red")], key=key)

    labels = [*map(label_of, recorder.requests)]
    assert labels[:20] == labels[20:]
    assert set(labels) == {"stable", "canary"}
