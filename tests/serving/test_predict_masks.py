"""`fcn predict` gets masks from a live server, over gRPC and REST."""

import errno
import json
from unittest.mock import Mock

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from serving import commands, mask_files
from serving.server.local import Server
from tests.fakes import tiny, tiny_masks
from trainer.export import saved_model

APP = typer.Typer()
APP.command()(commands.predict)


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


def test_two_images_of_one_name_write_nothing(urls, images, tmp_path):
    other = tmp_path / "other" / images[0].name
    other.parent.mkdir()
    other.write_bytes(images[1].read_bytes())

    done = predict(urls, "grpc", images[0], other, "--output", tmp_path / "out")

    assert done.exit_code == commands.WRONG_USE
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), commands.FAILED),
        (PermissionError(errno.EACCES, "Permission denied"), commands.FAILED),
        (FileExistsError(errno.EEXIST, "File exists"), commands.WRONG_USE),
    ],
)
def test_an_unwritable_output_is_named(images, tmp_path, monkeypatch, capsys, error, code):
    monkeypatch.setattr(mask_files, "write", Mock(side_effect=error))

    with pytest.raises(typer.Exit) as ended:
        commands._write_masks(images[:1], [b""], [None], tmp_path / "out")

    assert ended.value.exit_code == code
    assert f"{tmp_path}/out: {error.strerror}" in capsys.readouterr().err
