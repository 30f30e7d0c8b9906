"""`fcn predict` shows how sure a live server's models are, over gRPC and REST."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from serving.client import connect
from serving.server.local import Server
from tests.fakes import tiny, tiny_masks, uncertain
from tests.serving.prediction.typed import run
from trainer.export import saved_model

MODELS = {
    "colours": uncertain.classifier,
    "shades": uncertain.segmenter,
    "plain": tiny_masks.segmenter,
}


@pytest.fixture(scope="module")
def urls(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    for name, build in MODELS.items():
        saved_model.save_module(build(), str(root / name / "1"))
    with Server(root, grpc_port=0, rest_port=0) as server:
        for name in MODELS:
            server.wait_until_available(name)
        yield {
            "grpc": f"grpc://127.0.0.1:{server.grpc_port}",
            "rest": f"http://127.0.0.1:{server.rest_port}",
        }


@pytest.fixture(params=["grpc", "rest"])
def url(urls, request):
    return urls[request.param]


@pytest.fixture
def images(tmp_path):
    paths = [tmp_path / f"{red}.png" for red in (153, 255)]
    for path in paths:
        path.write_bytes(tiny.png(uncertain.draw(int(path.stem))))
    return paths


def predict(url, model, *words):
    return run("--server", url, "--model", model, *words)


def test_a_classifiers_answers_are_flagged(url, images):
    with connect(url, "colours", timeout=60) as client:
        found = client.classify([path.read_bytes() for path in images])

    assert [one.unknown for one in found] == [True, False]


def test_the_flag_is_printed(url, images, tmp_path):
    printed = predict(url, "colours", "--json", *images)
    written = predict(url, "colours", "--csv", tmp_path / "a.csv", *images)
    table = predict(url, "colours", *images)

    assert written.exit_code == 0, written.output
    assert [row["unknown"] for row in json.loads(printed.stdout)] == [True, False]
    rows = csv.DictReader((tmp_path / "a.csv").read_text().splitlines())
    assert [row["unknown"] for row in rows] == ["true", "false"]
    assert "unknown" in table.stdout
    assert "yes" in table.stdout


def test_the_confidence_of_pixels_is_written_if_it_is_wanted(url, tmp_path):
    shades = uncertain.draw_shades()
    (tmp_path / "a.png").write_bytes(tiny.png(shades))

    done = predict(
        url, "shades", "--json", "--confidence", "--output", tmp_path / "out", tmp_path / "a.png"
    )

    assert done.exit_code == 0, done.output
    picture = np.asarray(Image.open(json.loads(done.stdout)[0]["confidence"]))
    red = shades[..., 0].astype(int)
    np.testing.assert_array_equal(picture, np.maximum(red, 255 - red))


def test_the_client_has_the_confidence_as_probabilities(url):
    shades = uncertain.draw_shades()
    with connect(url, "shades", timeout=60) as client:
        (found,) = client.segment([tiny.png(shades)])

    red = shades[..., 0] / 255
    assert found.confidence.dtype == np.float32
    np.testing.assert_allclose(found.confidence, np.maximum(red, 1 - red), atol=1 / 255)


def test_a_model_without_confidence_answers_as_before_and_cannot_be_asked_for_it(url, images):
    with connect(url, "plain", timeout=60) as client:
        (found,) = client.segment([images[0].read_bytes()])
    done = predict(url, "plain", "--confidence", "--output", images[0].parent / "out", images[0])

    assert found.confidence is None
    assert done.exit_code == 2
    assert "serve.confidence=true" in done.stderr
