"""Requests are small, and an image without an answer does not stop the others."""

from pathlib import Path

import pytest

from serving.client import NotTFServing, Prediction, RequestRejected
from serving.prediction import batches
from serving.prediction.asking import Failed, ask_all
from serving.prediction.image_list import ImageSource
from tests.fakes.saved_models import draw


class RecordingClient:
    """Answers every image, but those that contain `refused`; keeps the sizes of its requests."""

    def __init__(self, refused=b"refused", error=RequestRejected, served=True):
        self.requests = []
        self.refused = refused
        self.error = error
        self.served = served

    def ask(self, images):
        self.requests.append(len(images))
        if any(self.refused in image for image in images):
            raise self.error("too many pixels")
        return [Prediction("red", {"red": 1.0}) for _ in images]

    def list_versions(self):
        if not self.served:
            raise RequestRejected("not found")
        return []


def sources(folder, contents):
    for number, content in enumerate(contents):
        path = folder / f"{number}.png"
        path.write_bytes(content)
        yield ImageSource(str(path), Path(path.name))


def test_a_request_has_a_bounded_number_of_images(tmp_path):
    client = RecordingClient()

    found = list(ask_all(client, sources(tmp_path, [b"image"] * 40)))

    assert len(found) == 40
    assert sorted(client.requests) == [8, 16, 16]


def test_a_request_has_a_bounded_number_of_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "BYTES", 10)
    client = RecordingClient()

    list(ask_all(client, sources(tmp_path, [b"1234", b"5678", b"9" * 20, b"0"])))

    assert sorted(client.requests) == [1, 1, 2]


def test_a_rejected_image_is_found_and_the_others_are_answered(tmp_path):
    found = list(ask_all(RecordingClient(), sources(tmp_path, [b"a", b"refused", b"c"])))

    failed = [each for each in found if isinstance(each, Failed)]
    assert [Path(each.source.name).name for each in failed] == ["1.png"]
    assert "too many pixels" in failed[0].reason
    assert len(found) == 3


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(RecordingClient(served=False), id="model-not-served"),
        pytest.param(RecordingClient(error=NotTFServing), id="answer-of-a-proxy"),
    ],
)
def test_what_concerns_all_images_ends_the_asking_at_once(tmp_path, client):
    with pytest.raises(RequestRejected, match="too many pixels"):
        list(ask_all(client, sources(tmp_path, [b"refused", b"b"] * 20)))

    assert 1 not in client.requests


def test_answers_keep_the_order_of_the_images(tmp_path):
    found = list(ask_all(RecordingClient(), sources(tmp_path, [b"image"] * 100)))

    assert [int(Path(each.image.source.name).stem) for each in found] == list(range(100))


def test_images_are_read_only_when_their_request_is_made(tmp_path):
    read = []

    def watched():
        for source in sources(tmp_path, [draw("red")] * 400):
            read.append(source)
            yield source

    next(ask_all(RecordingClient(), watched()))

    assert len(read) < 200
