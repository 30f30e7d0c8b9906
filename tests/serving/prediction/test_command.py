"""`fcn predict`, as typed: what it takes, and how it fails."""

import json
import socket
from unittest.mock import Mock

import numpy as np
import pytest
from typer.testing import CliRunner

from serving.client import ServerNotReady
from serving.prediction import command
from serving.prediction import run as asking
from tests.fakes.deep_images import png
from tests.fakes.image_files import put
from tests.fakes.saved_models import draw
from tests.serving.prediction.typed import app, predict, run


def test_rest_without_a_server_uses_the_default_rest_address(images, monkeypatch, server):
    monkeypatch.setattr(command, "REST_URL", f"http://localhost:{server.rest_port}")

    result = run("--rest", "--model", "colours", *images)

    assert result.exit_code == 0, result.output


def test_a_missing_file_is_named(server, tmp_path):
    result = predict(server, tmp_path / "nowhere.jpg")

    assert result.exit_code == 2
    assert "nowhere.jpg" in result.stderr


def test_a_bad_image_is_named_and_the_others_are_answered(server, images, tmp_path):
    (tmp_path / "notes.txt").write_text("roses are red")
    (tmp_path / "cut.png").write_bytes(draw("red", 99, 99)[:-60])

    result = predict(
        server, "--json", images[0], tmp_path / "notes.txt", tmp_path / "cut.png", images[1]
    )

    assert result.exit_code == 1
    assert [row["label"] for row in json.loads(result.stdout)] == ["red", "blue"]
    assert "notes.txt is not a readable image" in result.stderr
    assert "cut.png is not a readable image" in result.stderr
    assert "a.jpg" not in result.stderr
    assert "4 images: 2 answered, 2 not." in result.stderr


def test_a_folder_is_searched_and_what_is_left_out_is_counted(server, images, tmp_path):
    put(tmp_path, {"deep/c.png": draw("green"), "deep/.c.png": b"", "LICENSE": b"", "x.bin": b"x"})

    result = predict(server, "--json", tmp_path)

    assert [row["label"] for row in json.loads(result.stdout)] == ["red", "blue", "green"]
    assert result.exit_code == 0
    assert "1 annotation_file, 1 hidden_file, 1 not_an_image" in result.stderr


def test_a_folder_without_images_is_wrong_use(server, tmp_path):
    result = predict(server, "--json", tmp_path)

    assert result.exit_code == 2
    assert json.loads(result.stdout) == []


def test_names_come_from_a_list_line_by_line(server, images, tmp_path):
    lines = "\n".join([*images, str(tmp_path / "nowhere.png"), str(tmp_path)])

    url = f"http://localhost:{server.rest_port}"
    options = ["--files-from", "-", "--json", "--server", url, "--model", "colours"]
    result = CliRunner().invoke(app, options, input=lines)

    assert [row["file"] for row in json.loads(result.stdout)] == images
    assert "nowhere.png cannot be read: No such file or directory." in result.stderr
    assert result.exit_code == 1


def test_many_images_are_asked_in_small_requests_and_keep_their_order(server, tmp_path):
    colours = ["red", "green", "blue"] * 12
    put(tmp_path, {f"{n:02}.png": draw(colour) for n, colour in enumerate(colours)})

    result = predict(server, "--json", tmp_path)

    assert [row["label"] for row in json.loads(result.stdout)] == colours


@pytest.mark.parametrize("options", [[], ["--files-from", "-", "a.png"]])
def test_either_images_or_a_list_are_needed(options):
    assert run(*options).exit_code == 2


def test_bits_are_the_depth_of_a_file_that_does_not_declare_it(server, tmp_path):
    red = np.broadcast_to(np.array([4095, 0, 0], np.uint16), (20, 20, 3))
    (tmp_path / "red.png").write_bytes(png(red))

    unknown = predict(server, tmp_path / "red.png")
    known = predict(server, "--json", "--bits", 12, tmp_path / "red.png")

    assert (unknown.exit_code, "--bits 12" in unknown.stderr) == (1, True)
    assert json.loads(known.stdout)[0]["label"] == "red"
    too_few = predict(server, "--bits", 10, tmp_path / "red.png")
    assert (too_few.exit_code, "red.png" in too_few.stderr) == (1, True)


def test_a_model_that_is_not_served_is_named(server, images):
    result = predict(server, "--model", "roses", *images)

    assert result.exit_code == 2
    assert "roses" in result.stderr
    assert "--model NAME" in result.stderr


def test_the_message_about_a_server_that_is_not_running(images):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        url = f"http://127.0.0.1:{closed_soon.getsockname()[1]}"

    result = run("--server", url, *images)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"No answer from {url}: ")
    assert " Start a server with `fcn serve`" in result.stderr


def test_a_server_that_is_still_loading_is_named_as_such(images, monkeypatch):
    loading = ServerNotReady("Model 'colours' is loading")
    monkeypatch.setattr(asking, "connect", Mock(side_effect=loading))

    result = run("--server", "http://127.0.0.1:1", *images)

    assert result.exit_code == 1
    assert "http://127.0.0.1:1 answers, but cannot predict now" in result.stderr
    assert "fcn serve" not in result.stderr


@pytest.mark.parametrize(
    "options", [["--server", "ftp://x"], ["--rest", "--server", "grpc://host:8500"]]
)
def test_an_invalid_address_is_refused_with_both_forms(images, options):
    result = run(*options, *images)

    assert result.exit_code == 2
    assert options[-1] in result.stderr
    assert "http://HOST:PORT" in result.stderr
    assert "grpc://HOST:PORT" in result.stderr


def test_the_help_names_the_addresses():
    shown = " ".join(run("--help").stdout.replace("│", " ").split())

    assert "grpc://HOST:PORT or http://HOST:PORT" in shown
    assert command.GRPC_URL in shown
    assert command.REST_URL in shown
