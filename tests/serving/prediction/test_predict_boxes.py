"""`fcn predict` gets boxes from a live server, and draws them."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from serving.server.local import Server
from tests.fakes import tiny, tiny_boxes
from tests.serving.prediction.typed import predict

COLOUR = (86, 180, 233)  # Of the second class.


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    tiny_boxes.publish(root / "colours")
    with Server(root, grpc_port=0, rest_port=0) as server:
        server.wait_until_available("colours")
        yield server


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "one.png"
    path.write_bytes(tiny.png(tiny_boxes.draw(1, "red")[0]))
    return path


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_json_has_label_and_box_in_pixels_and_a_picture(server, image, tmp_path, scheme):
    done = predict(server, image, "--output", tmp_path / "out", "--json", scheme=scheme)

    (row,) = json.loads(done.stdout)
    pixels, box = tiny_boxes.draw(1, "red")
    assert row["label"] == "red"
    expected = dict(
        zip(("ymin", "xmin", "ymax", "xmax"), box * (pixels.shape[:2] * 2), strict=True)
    )
    assert row["box"] == pytest.approx(expected, abs=1e-3)
    with Image.open(row["overlay"]) as picture:
        assert picture.size == pixels.shape[1::-1]
        assert (np.asarray(picture) == COLOUR).all(-1).sum() > 20


def test_csv_has_a_column_for_each_side(server, image, tmp_path):
    predict(server, image, "--output", tmp_path / "out", "--csv", tmp_path / "a.csv")

    with (tmp_path / "a.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert float(row["box:ymin"]) < float(row["box:ymax"])
    assert float(row["probabilities:red"]) == pytest.approx(0.8)


def test_the_table_has_label_probability_and_box(server, image, tmp_path):
    done = predict(server, image, "--output", tmp_path / "out")

    assert done.exit_code == 0, done.output
    assert all(text in done.stdout for text in ("red", "0.800", "ymin", "xmax"))
