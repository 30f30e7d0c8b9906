"""`fcn predict --output` with a classifier: each image with its label below."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from serving.client import Prediction
from serving.prediction import label_files, run
from tests.fakes import tiny
from tests.serving.prediction.typed import predict


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_each_image_is_written_with_a_strip_below_it(server, images, tmp_path, scheme):
    out = tmp_path / "out"

    done = predict(server, "--json", "--output", out, *images, scheme=scheme)

    rows = json.loads(done.stdout)
    assert [row["picture"] for row in rows] == [f"{out}/a.label.png", f"{out}/b.label.png"]
    assert [row["label"] for row in rows] == ["red", "blue"]
    for row, source in zip(rows, images, strict=True):
        picture, image = Image.open(row["picture"]), Image.open(source).convert("RGB")
        assert picture.height > image.height
        top = picture.crop((0, 0, *image.size))
        np.testing.assert_array_equal(np.asarray(top), np.asarray(image))


def test_without_a_folder_a_classifier_writes_nothing(server, images, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())

    done = predict(server, "--json", *images)

    assert "picture" not in json.loads(done.stdout)[0]
    assert (sorted(tmp_path.iterdir()), done.stderr) == (before, "")


def test_tables_and_csv_name_the_pictures(server, images, tmp_path):
    printed = predict(server, "--output", tmp_path / "out", *images).stdout
    predict(server, "--csv", tmp_path / "x.csv", "--output", tmp_path / "out", *images)

    with (tmp_path / "x.csv").open() as file:
        names = [Path(row["picture"]).name for row in csv.DictReader(file)]
    assert names == ["a.label.png", "b.label.png"]
    assert all(name in printed for name in names)


def test_pictures_of_an_earlier_call_are_not_taken_for_images(server, images, tmp_path):
    first, second = (
        json.loads(predict(server, "--json", "--output", tmp_path / "out", tmp_path).stdout)
        for _ in range(2)
    )

    assert len(first) == len(images)
    assert second == first


def test_an_image_that_pillow_cannot_draw_is_answered_and_named(tmp_path, capsys):
    damaged = tiny.png(tiny.pixels(20, 30))[:-40]

    drawn = run._draw_label(Path("a.png"), damaged, Prediction("red", {"red": 1.0}), tmp_path)

    assert drawn == ""
    assert "a.png" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_picture_replaces_an_earlier_one(tmp_path):
    (tmp_path / "rex.label.png").write_bytes(b"earlier")
    answer = Prediction("dog", {"dog": 0.9, "cat": 0.1})

    written = label_files.write(Path("rex.jpg"), tiny.png(tiny.pixels(20, 300)), answer, tmp_path)

    assert Image.open(written).width == 300
    assert [path.name for path in tmp_path.iterdir()] == ["rex.label.png"]
