"""`fcn serve`, as typed."""

import errno
import os
import signal
import socket
import subprocess
import sys
from unittest.mock import Mock

import httpx
import pytest
import typer
from typer.testing import CliRunner

from serving import commands
from tests.fakes import saved_models

app = typer.Typer()
app.command()(commands.serve)

SERVE = "import typer; from serving import commands; typer.run(commands.serve)"


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, list(map(str, arguments)))


def test_a_push_root_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    refusal = PermissionError(errno.EACCES, "Permission denied", str(tmp_path))
    monkeypatch.setattr(commands, "find_models", Mock(side_effect=refusal))

    result = run("--push-root", tmp_path)

    assert result.exit_code == 1
    assert result.stderr == f"Cannot read {tmp_path}: Permission denied.\n"


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


def test_the_push_root_of_runs_is_served_without_being_given_again(tmp_path, monkeypatch):
    monkeypatch.setenv("FCN_PUSH_ROOT", str(tmp_path / "of_runs"))

    assert f"in {tmp_path / 'of_runs'}: " in run().stderr
    assert f"in {tmp_path / 'given'}: " in run("--push-root", tmp_path / "given").stderr


def test_the_message_about_an_empty_folder(tmp_path):
    result = run("--push-root", tmp_path / "empty")

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
        result = run("--push-root", tmp_path, option, port, other, 0)

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


@pytest.mark.parametrize("opens", [True, False], ids=["opened", "only-printed"])
def test_the_page_is_printed_and_opened_unless_that_is_not_wanted(tmp_path, opens):
    saved_models.publish(tmp_path / "served/colours", 1)
    (tmp_path / "browser").write_text('#!/bin/sh\necho "opened $@"\n', encoding="utf-8")
    (tmp_path / "browser").chmod(0o755)
    options = ["--push-root", str(tmp_path / "served"), "--grpc-port", "0", "--rest-port", "0"]
    command = [sys.executable, "-uc", SERVE, *options, "--ui", *([] if opens else ["--no-browser"])]
    environment = {**os.environ, "BROWSER": str(tmp_path / "browser")}

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as serving:
        lines = read_until(serving.stdout, "opened " if opens else "  Page  ")
        url = lines[-1].split()[-1]
        page, settings = httpx.get(url), httpx.get(f"{url}settings")
        serving.send_signal(signal.SIGINT)
        lines += serving.stdout.read().splitlines()

    assert f"  Page  {url}" in lines
    assert (f"opened {url}" in lines) is opens
    assert page.headers["content-type"].startswith("text/html")
    assert settings.json()["models"] == ["colours"]


def read_until(stream, text):
    lines = []
    for line in stream:
        lines.append(line.rstrip())
        if text in line:
            break
    return lines
