"""`fcn predict` gets masks from a live server, over gRPC and REST."""

import errno
import json
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from serving.prediction import command, mask_files
from serving.server.local import Server
from tests.fakes import tiny, tiny_masks
from tests.fakes.image_files import put
from trainer.export import saved_model

APP = typer.Typer()
APP.command()(command.predict)


@pytest.fixture(scope="module")
def urls(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_model.save_module(tiny_masks.segmenter(), str(root / "colours" / "1"))
    with Server(root, grpc_port=0, rest_port=0) as server:
        server.wait_until_available("colours")
        yield {
            "grpc": f"grpc://127.0.0.1:{server.grpc_port}",
            "rest": f"http://127.0.0.1:{server.rest_port}",
        }


@pytest.fixture
def images(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(len(tiny_masks.SIZES))]
    for number, path in enumerate(paths):
        path.write_bytes(tiny.png(tiny_masks.image(number)))
    return paths


def predict(urls, way, *words):
    options = ["--server", urls[way], "--model", "colours"]
    return CliRunner().invoke(APP, [*map(str, words), *options])


@pytest.mark.parametrize("way", ["grpc", "rest"])
def test_images_of_mixed_sizes_get_masks_of_their_own_size(urls, images, tmp_path, way):
    done = predict(urls, way, *images, "--output", tmp_path / "out", "--json")

    assert done.exit_code == 0, done.output
    for number, row in enumerate(json.loads(done.output)):
        mask = np.asarray(Image.open(row["mask"]))
        np.testing.assert_array_equal(mask, np.argmax(tiny_masks.image(number), -1))
        assert sum(row["class_fractions"].values()) == pytest.approx(1)
        assert Image.open(row["overlay"]).height > mask.shape[0]


def test_the_default_output_is_a_table(urls, images, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")

    done = predict(urls, "grpc", images[0], "--output", tmp_path / "out")

    assert "0.mask.png" in done.output
    assert "red " in done.output


def test_images_of_one_name_in_two_folders_get_masks_of_their_own(urls, images, tmp_path):
    for folder, image in zip(("a", "b"), images, strict=False):
        put(tmp_path / "in", {f"{folder}/x.png": image.read_bytes()})
    out = tmp_path / "out"

    done = predict(urls, "grpc", tmp_path / "in", "--output", out, "--json")

    written = [str(Path(row["mask"]).relative_to(out)) for row in json.loads(done.stdout)]
    assert written == ["a/x.mask.png", "b/x.mask.png"]
    sizes = [Image.open(out / name).size for name in written]
    assert sizes == [Image.open(image).size for image in images[:2]]


def test_an_image_on_standard_input_gets_a_mask(urls, images, tmp_path):
    options = ["-", "--output", str(tmp_path), "--server", urls["rest"], "--model", "colours"]

    done = CliRunner().invoke(APP, options, input=images[0].read_bytes())

    assert done.exit_code == 0, done.output
    assert Image.open(tmp_path / "stdin.mask.png").size == Image.open(images[0]).size


def test_the_masks_of_an_earlier_call_are_not_taken_for_images(urls, images, tmp_path):
    out = tmp_path / "predictions"

    rows = [
        json.loads(predict(urls, "grpc", tmp_path, "--output", out, "--json").stdout)
        for _ in range(2)
    ]

    assert len(rows[0]) == len(images)
    assert rows[0] == rows[1]


@pytest.mark.parametrize("kind", ["file", "closed"])
def test_an_unwritable_output_is_named(urls, images, tmp_path, monkeypatch, kind):
    full = OSError(errno.ENOSPC, "No space left on device")
    (tmp_path / "out").touch()
    if kind == "closed":
        monkeypatch.setattr(mask_files, "write", Mock(side_effect=full))

    done = predict(urls, "grpc", images[0], "--output", tmp_path / "out")

    assert done.exit_code == {"file": 2, "closed": 1}[kind]
    assert f"Cannot write to {tmp_path}/out: " in done.stderr
