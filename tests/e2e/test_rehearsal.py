"""`fcn rehearse`: the real graphs as Kubeflow would run them, from a folder to a served model."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e import command, flower_run, pet_run
from tests.fakes.kubeflow import webhooks

pytestmark = pytest.mark.timeout(1500)

SECRET = "planted-2f6e1c"
# Kubeflow's images have the newer track: there, masks are rehearsed too.
NAMES = ("flowers", "pets", "failed") if sys.version_info >= (3, 11) else ("flowers", "failed")
OPTIONS = {"pets": {"name": "pets", "tiny": pet_run.TINY}}
CLUSTER = """
secrets:
  - {name: fcn-webhook, env: {FCN_WEBHOOK_URL: url}, steps: [Notification]}
steps:
  ImageExampleGen: {retries: 0}
"""


@pytest.fixture(scope="module")
def webhook():
    with webhooks.receiving(SECRET) as server:
        yield server


def rehearse(home, webhook, *, name="flowers", tiny=flower_run.TINY):
    """The command with a secret in the shell, as a user types it."""
    (home / "cluster.yaml").write_text(CLUSTER)
    sets = [word for value in tiny for word in ("--set", value)]
    places = ["--data", "data", "--workdir", "rehearsal", "--push-root", "served"]
    words = ["rehearse", name, *places, "--cluster", "cluster.yaml", *sets]
    return command.fcn(*words, home=home, FCN_WEBHOOK_URL=webhook.url)


@pytest.fixture(scope="module")
def rehearsals(tmp_path_factory, webhook):
    """Each one's home and what it printed. Two run at a time: each is one process after another."""
    homes = {name: tmp_path_factory.mktemp(name) for name in NAMES}
    (homes["failed"] / "data" / "daisy").mkdir(parents=True)  # Without an image.
    flower_run.flowers(homes["flowers"] / "data")
    if "pets" in homes:
        pet_run.pets(homes["pets"] / "data")
    with ThreadPoolExecutor(2) as pool:
        runs = {
            name: pool.submit(rehearse, home, webhook, **OPTIONS.get(name, {}))
            for name, home in homes.items()
        }
    return {name: (homes[name], run.result()) for name, run in runs.items()}


@pytest.fixture(scope="module")
def home(rehearsals):
    return rehearsals["flowers"][0]


@pytest.fixture(scope="module")
def done(rehearsals):
    """A rehearsal of flowers to its end."""
    return rehearsals["flowers"][1]


def secrets_in(folder: Path) -> list[str]:
    """The files below a folder that hold the planted secret."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in files if SECRET.encode() in path.read_bytes()]


def test_it_ends_with_a_version_that_is_pushed(done, home):
    assert done.returncode == 0, done.stdout + done.stderr
    (version,) = (home / "served" / "flowers").glob("[0-9]*")
    assert str(version) in done.stdout
    assert (version / "saved_model.pb").is_file()


@pytest.mark.skipif("pets" not in NAMES, reason="Kubeflow's images have the newer track.")
def test_pets_end_with_a_version_that_is_pushed_too(rehearsals):
    home, done = rehearsals["pets"]

    assert done.returncode == 0, done.stdout + done.stderr
    (version,) = (home / "served" / "pets").glob("[0-9]*")
    assert str(version) in done.stdout


def test_every_step_of_the_graph_is_shown(done):
    for step in ("ImageExampleGen", "Transform", "Trainer", "Evaluator", "Pusher", "Notification"):
        assert step in done.stdout


def test_what_it_pushes_is_served_and_answers(done, home):
    photograph = next((home / "data" / "tulips").iterdir())

    with command.served(home) as addresses:
        words = ["predict", photograph, "--model", "flowers", "--server", addresses["grpc"]]
        answered = command.fcn(*words, "--json", home=home)

    (answer,) = json.loads(answered.stdout)
    assert answer["label"] in flower_run.CLASSES


def test_a_good_end_is_reported_to_nobody(done, webhook):
    assert not [m for m in webhook.messages if m["state"] == "COMPLETE"]


def test_no_file_of_a_rehearsal_holds_a_secret(rehearsals):
    for home, done in rehearsals.values():
        assert secrets_in(home) == []
        assert SECRET not in done.stdout + done.stderr


def test_a_step_that_fails_for_good_is_reported_and_nothing_is_pushed(rehearsals, webhook):
    home, done = rehearsals["failed"]

    assert done.returncode == 1
    assert "ImageExampleGen" in done.stdout + done.stderr
    (message,) = webhook.messages
    assert webhook.paths == [f"/{SECRET}"]
    assert message["state"] == "FAILED"
    assert not (home / "served").exists()
