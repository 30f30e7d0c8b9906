"""The clients ask for boxes, over both protocols, against a live server."""

import asyncio

import numpy as np
import pytest
from PIL import Image

from serving.client import Localization, connect, connect_async
from serving.server.local import Server
from tests.fakes import tiny, tiny_boxes
from tests.fakes.image_files import file_of

SCHEMES = ["grpc", "http"]
DRAWN = [tiny_boxes.draw(seed, tiny_boxes.LABELS[seed % 2]) for seed in range(4)]
IMAGES = [tiny.png(pixels) for pixels, _ in DRAWN]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    tiny_boxes.publish(root / "boxes")
    with Server(root, grpc_port=0, rest_port=0) as server:
        server.wait_until_available("boxes")
        yield server


@pytest.fixture(params=SCHEMES)
def url(server, request):
    port = server.grpc_port if request.param == "grpc" else server.rest_port
    return f"{request.param}://localhost:{port}"


def test_boxes_come_in_pixels_of_images_of_several_sizes(url):
    with connect(url, "boxes", timeout=60) as client:
        found = client.localize(IMAGES)

    for one, (pixels, box), label in zip(found, DRAWN, ("blue", "red") * 2, strict=True):
        sides = np.array(pixels.shape[:2] * 2)
        np.testing.assert_allclose(one.box, box * sides, atol=1e-3)
        assert one.label == label
        assert one.probabilities == pytest.approx(
            {"blue": 0.9, "red": 0.1} if label == "blue" else {"blue": 0.2, "red": 0.8}
        )


def test_asking_without_knowing_the_model_gives_boxes(url):
    with connect(url, "boxes", timeout=60) as client:
        expected = client.localize(IMAGES)

        assert client.ask(IMAGES) == expected
        assert list(client.ask_many(iter(IMAGES), batch=2)) == expected
        assert list(client.localize_many(iter(IMAGES), batch=3)) == expected
        assert isinstance(expected[0], Localization)


def test_the_client_for_asyncio_gives_the_same_boxes(url):
    async def ask():
        async with connect_async(url, "boxes", timeout=60) as client:
            many = [found async for found in client.localize_many(IMAGES, batch=2)]
            return await client.localize(IMAGES), await client.ask(IMAGES), many

    with connect(url, "boxes", timeout=60) as client:
        expected = client.localize(IMAGES)

    assert asyncio.run(ask()) == (expected,) * 3


def test_the_box_of_a_rotated_image_is_that_of_the_upright_one(url):
    pixels, _ = DRAWN[0]
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(pixels).transpose(Image.Transpose.ROTATE_90)

    with connect(url, "boxes", timeout=60) as client:
        upright, rotated = client.localize([IMAGES[0], file_of(stored, exif=exif.tobytes())])

    assert rotated.box == pytest.approx(upright.box, abs=1e-3)
