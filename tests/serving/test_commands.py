"""`fcn serve` and `fcn predict`, as typed."""

import errno
import json
import signal
import socket
import subprocess
import sys
from unittest.mock import Mock

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from serving import commands
from serving.client import ServerNotReady
from tests.fakes import saved_models
from tests.fakes.deep_images import png
from tests.fakes.saved_models import draw

app = typer.Typer()
app.command()(commands.serve)
app.command()(commands.predict)

SERVE = "import typer; from serving import commands; typer.run(commands.serve)"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with saved_models.served(root) as server:
        yield server


@pytest.fixture
def images(tmp_path):
    paths = [tmp_path / "a.jpg", tmp_path / "b.webp"]
    paths[0].write_bytes(draw("red", 9, 5, kind="JPEG"))
    paths[1].write_bytes(draw("blue", 20, 30, kind="WEBP"))
    return [str(path) for path in paths]


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, list(map(str, arguments)))


def predict(server, *arguments, scheme="grpc"):
    port = server.grpc_port if scheme == "grpc" else server.rest_port
    url = f"{scheme}://localhost:{port}"
    return run("predict", "--server", url, "--model", "colours", *arguments)


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_predict_prints_a_line_for_each_image_with_label_and_runners_up(server, images, scheme):
    result = predict(server, *images, scheme=scheme)

    assert result.exit_code == 0, result.output
    assert "a.jpg" in result.stdout
    assert "red" in result.stdout
    assert "1.000" in result.stdout
    assert "runners-up" in result.stdout


def test_predict_prints_json_with_every_probability(server, images):
    result = predict(server, "--json", *images)

    rows = json.loads(result.stdout)
    assert [row["label"] for row in rows] == ["red", "blue"]
    assert [row["file"] for row in rows] == images
    assert rows[0]["probabilities"].keys() == {"red", "green", "blue"}


def test_a_classifier_writes_nothing_to_the_folder_for_masks_and_warns(server, images, tmp_path):
    result = predict(server, "--json", "--output", tmp_path / "out", *images)

    assert [row["label"] for row in json.loads(result.stdout)] == ["red", "blue"]
    assert str(tmp_path / "out") in result.stderr
    assert not (tmp_path / "out").exists()
    assert predict(server, *images).stderr == ""


def test_names_and_labels_that_look_like_markup_are_printed_as_they_are(tmp_path):
    saved_models.publish(tmp_path / "colours", 1, labels=("[red]", "[/b]", ":rose:"))
    (tmp_path / "[b]x.png").write_bytes(draw("red"))

    with saved_models.served(tmp_path) as server:
        result = predict(server, tmp_path / "[b]x.png")

    assert result.exit_code == 0, result.output
    assert all(text in result.stdout for text in ("[b]x.png", "[red]", "[/b]", ":rose:"))


def test_rest_without_a_server_uses_the_default_rest_address(images, monkeypatch, server):
    monkeypatch.setattr(commands, "REST_URL", f"http://localhost:{server.rest_port}")

    result = run("predict", "--rest", "--model", "colours", *images)

    assert result.exit_code == 0, result.output


def test_a_missing_file_is_named(server, tmp_path):
    result = predict(server, tmp_path / "nowhere.jpg")

    assert result.exit_code == 2
    assert "nowhere.jpg" in result.stderr


def test_a_file_that_is_not_an_image_is_named(server, images, tmp_path):
    (tmp_path / "notes.txt").write_text("roses are red")

    result = predict(server, images[0], tmp_path / "notes.txt")

    assert result.exit_code == 2
    assert "notes.txt" in result.stderr
    assert "a.jpg" not in result.stderr


def test_bits_are_the_depth_of_a_file_that_does_not_declare_it(server, tmp_path):
    red = np.broadcast_to(np.array([4095, 0, 0], np.uint16), (20, 20, 3))
    (tmp_path / "red.png").write_bytes(png(red))

    unknown = predict(server, tmp_path / "red.png")
    known = predict(server, "--json", "--bits", 12, tmp_path / "red.png")

    assert (unknown.exit_code, "--bits 12" in unknown.stderr) == (2, True)
    assert json.loads(known.stdout)[0]["label"] == "red"
    too_few = predict(server, "--bits", 10, tmp_path / "red.png")
    assert (too_few.exit_code, "red.png" in too_few.stderr) == (2, True)


def test_a_model_that_is_not_served_is_named(server, images):
    result = predict(server, "--model", "roses", *images)

    assert result.exit_code == 2
    assert "roses" in result.stderr


def test_the_message_about_a_server_that_is_not_running(images):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        url = f"http://127.0.0.1:{closed_soon.getsockname()[1]}"

    result = run("predict", "--server", url, *images)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"No answer from {url}: ")
    assert result.stderr.endswith(" Start a server with `fcn serve`.\n")


def test_a_push_root_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    refusal = PermissionError(errno.EACCES, "Permission denied", str(tmp_path))
    monkeypatch.setattr(commands, "find_models", Mock(side_effect=refusal))

    result = run("serve", "--push-root", tmp_path)

    assert result.exit_code == 1
    assert result.stderr == f"Cannot read {tmp_path}: Permission denied.\n"


def test_a_server_that_is_still_loading_is_named_as_such(images, monkeypatch):
    loading = ServerNotReady("Model 'colours' is loading")
    monkeypatch.setattr(commands, "connect", Mock(side_effect=loading))

    result = run("predict", "--server", "http://127.0.0.1:1", *images)

    assert result.exit_code == 1
    assert "http://127.0.0.1:1 answers, but cannot predict now" in result.stderr
    assert "fcn serve" not in result.stderr


def test_a_server_listens_on_an_ipv6_address_and_prints_it_in_brackets(tmp_path):
    saved_models.publish(tmp_path / "colours", 1)
    code = "from serving import commands, terminal; terminal.run_function(commands.serve)"
    command = [sys.executable, "-c", code, "--push-root", tmp_path, "--host", "::1"]
    ports = ["--grpc-port", "0", "--rest-port", "0"]

    with subprocess.Popen([*command, *ports], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if "REST" in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate()

    assert "http://[::1]:" in line


def test_names_and_labels_cannot_act_on_the_terminal(tmp_path):
    labels = ("\x1b[31mred", "\u202eblue", "green")
    saved_models.publish(tmp_path / "colours", 1, labels=labels)
    image = tmp_path / "a\x1b]0;x\x07.png"
    image.write_bytes(draw("red"))

    with saved_models.served(tmp_path) as server:
        done = predict(server, image)
        missing = predict(server, f"{image}.jpg")

    assert r"a\x1b]0;x\x07.png" in done.stdout
    assert r"a\x1b]0;x\x07.png.jpg" in missing.stderr
    assert not {"\x1b", "\u202e", "\x07"} & {*done.output, *missing.output}


@pytest.mark.parametrize(
    "options", [["--server", "ftp://x"], ["--rest", "--server", "grpc://host:8500"]]
)
def test_an_invalid_address_is_refused_with_both_forms(images, options):
    result = run("predict", *options, *images)

    assert result.exit_code == 2
    assert options[-1] in result.stderr
    assert "http://HOST:PORT" in result.stderr
    assert "grpc://HOST:PORT" in result.stderr


def test_the_help_names_the_addresses():
    shown = " ".join(run("predict", "--help").stdout.replace("│", " ").split())

    assert "grpc://HOST:PORT or http://HOST:PORT" in shown
    assert commands.GRPC_URL in shown
    assert commands.REST_URL in shown


def test_the_message_about_an_empty_folder(tmp_path):
    result = run("serve", "--push-root", tmp_path / "empty")

    assert result.exit_code == 2
    assert result.stderr == (
        f"No <model>/<version>/ in {tmp_path / 'empty'}: train a model with "
        "`fcn run flowers --data DIR`, or set --push-root to another folder.\n"
    )


@pytest.mark.parametrize(
    ("option", "other", "protocol"),
    [("--grpc-port", "--rest-port", "gRPC"), ("--rest-port", "--grpc-port", "REST")],
)
def test_a_port_in_use_is_named(tmp_path, option, other, protocol):
    saved_models.publish(tmp_path / "colours", 1)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--push-root", tmp_path, option, port, other, 0)

    assert result.exit_code == 2
    assert str(port) in result.stderr
    assert protocol in result.stderr


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_serve_prints_its_addresses_and_changes_and_ends_cleanly(tmp_path, end):
    saved_models.publish(tmp_path / "colours", 1)
    options = ["--push-root", str(tmp_path), "--grpc-port", "0", "--rest-port", "0"]
    command = [sys.executable, "-uc", SERVE, *options]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        lines = read_until(serving.stdout, "/v1/models/")
        serving.send_signal(end)
        lines += serving.stdout.read().splitlines()

    assert serving.returncode == 0
    assert "colours version 1: AVAILABLE" in lines
    assert f"Serving colours from {tmp_path}" in lines
    assert any("grpc://127.0.0.1:" in line for line in lines)
    assert any("/v1/models/colours" in line for line in lines)
    assert lines[-1] == "Stopped."


def read_until(stream, text):
    lines = []
    for line in stream:
        lines.append(line.rstrip())
        if text in line:
            break
    return lines
