"""A roll-out on a real server that polls its model config file, while clients keep asking."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig
from typer.testing import CliRunner

from serving.client import connect
from serving.rollout import read_canary_percent
from serving.rollout.commands import app
from serving.rollout.config import model_config
from serving.server.local import ModelServer, ServerOptions
from serving.server.models.watcher import Intervals
from serving.server.protocols.grpc_ports import GrpcOptions
from tests.fakes.saved_models import LABELS, draw, publish

RED, GREEN, BLUE = (draw(colour) for colour in LABELS)
SWAPPED = (LABELS[0], LABELS[2], LABELS[1])  # Calls green what is blue.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two versions that agree on red images only, and some images."""
    folder = tmp_path_factory.mktemp("rollout")
    publish(folder / "colours", 1)
    publish(folder / "colours", 2, labels=SWAPPED)
    for name, images in (("red", [RED]), ("all", [RED, RED, GREEN, BLUE])):
        (folder / name).mkdir()
        for number, image in enumerate(images):
            (folder / name / f"{number}.png").write_bytes(image)
    return folder


@pytest.fixture(scope="module")
def config(folder):
    places = f'name: "colours" base_path: "{folder}/colours" model_platform: "tensorflow"'
    text = f"model_config_list {{ config {{ {places} }} }}"
    path = folder / "models.config"
    path.write_text(model_config.change_model(text, "colours", versions=[1], labels={"stable": 1}))
    return path


@pytest.fixture(scope="module")
def server(config):
    def read():
        return text_format.Parse(config.read_text("utf-8"), ModelServerConfig())

    options = ServerOptions(
        grpc=GrpcOptions(host="127.0.0.1", port=0),
        rest_port=0,
        intervals=Intervals(config=0.1, folders=0.1),
        any_label=True,
    )
    with ModelServer(read, options) as server:
        yield server


@pytest.fixture(scope="module")
def rollout(config, server):
    def run(*arguments):
        url = f"http://127.0.0.1:{server.rest_port}"
        place = ["--config", str(config), "--server", url, "--wait", "60"]
        return CliRunner().invoke(app, [*arguments, *place])

    return run


@contextmanager
def asking(server, **route):
    """Asks over both protocols until the block ends, and raises what has failed."""
    urls = (f"http://127.0.0.1:{server.rest_port}", f"grpc://127.0.0.1:{server.grpc_port}")
    ended, failures, answers = threading.Event(), [], []

    def ask(url):
        try:
            with connect(url, "colours", attempts=1, **route) as client:
                while not ended.is_set():
                    answers.extend(found.label for found in client.classify([GREEN]))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert failures == []


def test_no_request_fails_from_the_canary_to_the_rollback(rollout, server, config, folder):
    images = ["promote", "--page", str(folder / "page.html"), "--images"]
    with asking(server, label="stable") as stable:
        assert rollout("canary", "2", "--percent", "50").exit_code == 0
        percent = read_canary_percent(config.with_name("models.rollout.json"), "colours")
        with asking(server, canary_percent=percent) as shared:
            refused = rollout(*images, str(folder / "all"), "--when", "agreement>=0.9")
            assert (refused.exit_code, set(stable)) == (3, {"green"})
            assert "agreement is 0.5000" in refused.output
            assert rollout(*images, str(folder / "red"), "--when", "agreement>=1").exit_code == 0
            assert model_config.find_model(config.read_text("utf-8"), "").versions == (2,)
            assert rollout("rollback").exit_code == 0
    assert model_config.find_model(config.read_text("utf-8"), "").versions == (1,)
    assert {*stable} == {*shared} == {"green", "blue"}
    assert "They agree on every image" in (folder / "page.html").read_text("utf-8")
