"""One model's client: many images, versions and keys."""

import asyncio

import pytest

from serving.client import NotAnImage, connect, connect_async
from serving.client.routes import Route
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


KEYS = [f"user-{number}" for number in range(9)]
KEYED = [(draw("red", width=number + 1), key) for number, key in enumerate(KEYS)]


def send_many(url):
    with connect(url, "colours", canary_percent=50) as client:
        return list(client.classify_many(KEYED, batch=4))


def send_many_async(url):
    async def send():
        async with connect_async(url, "colours", canary_percent=50) as client:
            return [answer async for answer in client.classify_many(KEYED, batch=4)]

    return asyncio.run(send())


@pytest.mark.parametrize("send", [send_many, send_many_async])
def test_each_of_many_images_asks_the_version_of_its_key(recorder, url, send):
    answers = send(url)

    asked = {
        image: label_of(request)
        for request in recorder.requests
        for image in request.inputs["image_bytes"].string_val
    }
    route = Route(canary_percent=50)
    assert len(answers) == len(KEYS)
    assert asked == {image: route.choose("colours", key).label for image, key in KEYED}
    assert set(asked.values()) == {"stable", "canary"}


def test_one_of_many_that_cannot_be_read_is_named_by_its_place_among_all(url):
    with connect(url, "colours") as client:
        answers = client.classify_many([draw("red")] * 5 + [b"%PDF-1.7"], batch=2)
        with pytest.raises(NotAnImage) as refused:
            list(answers)

    assert refused.value.position == 5
