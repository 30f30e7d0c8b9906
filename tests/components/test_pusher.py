"""The pusher: a version is complete when it becomes visible, and the newest."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from tensorflow.core.protobuf.fingerprint_pb2 import FingerprintDef
from tfx import types
from tfx.types import standard_artifacts

from components import pusher, serving_folder
from components.pusher import Pusher, PusherExecutor
from serving.rollout.evaluations import read_evaluation
from tests.fakes.image_files import put
from tests.fakes.serving.evaluated import evaluate_colours
from tests.fakes.tiny_runs import artifact

VARIABLES = 200  # Files of the model, so that copying takes a while.
FILES = {f"variables/variables.data-{n:05}": b"v" for n in range(VARIABLES)}
MADE_ONCE, MADE_AGAIN = (
    {"fingerprint.pb": FingerprintDef(checkpoint_hash=n).SerializeToString()} for n in (1, 2)
)
WARM = {**MADE_ONCE, "assets.extra/tf_serving_warmup_requests": b"other requests"}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "served" / "colours"


def push(folder, scratch, *, model_blessed=True, infra_blessed=True, files=FILES, evaluations=()):
    """Runs the executor with what the graph gives it."""
    blessing = artifact(standard_artifacts.ModelBlessing, scratch)
    blessing.set_int_custom_property("blessed", int(model_blessed))
    infra = artifact(standard_artifacts.InfraBlessing, scratch)
    infra.set_int_custom_property("blessed", int(infra_blessed))
    infra.set_int_custom_property("has_model", 1)
    put(Path(infra.uri, "stamped_model"), {"saved_model.pb": b"graph", **files})
    pushed = artifact(standard_artifacts.PushedModel, scratch)
    inputs = {"model_blessing": [blessing], "infra_blessing": [infra]}
    inputs["evaluation"] = list(evaluations)
    PusherExecutor().Do(inputs, {"pushed_model": [pushed]}, properties(folder))
    return pushed


def properties(folder):
    channels = {
        "model_blessing": types.Channel(standard_artifacts.ModelBlessing),
        "infra_blessing": types.Channel(standard_artifacts.InfraBlessing),
    }
    return Pusher(**channels, served_folder=str(folder)).exec_properties


def test_a_blessed_model_is_pushed_whole(folder, tmp_path):
    push(folder, tmp_path)

    (version,) = folder.iterdir()
    assert (version / "saved_model.pb").read_bytes() == b"graph"
    assert len(list((version / "variables").iterdir())) == VARIABLES


def test_the_artifact_has_the_path_of_the_version(folder, tmp_path):
    pushed = push(folder, tmp_path)

    (version,) = folder.iterdir()
    assert pushed.get_int_custom_property("pushed") == 1
    assert pushed.get_string_custom_property("pushed_destination") == str(version)
    assert pushed.get_string_custom_property("pushed_version") == version.name
    assert Path(pushed.uri, "saved_model.pb").is_file()


@pytest.mark.parametrize("missing", ["model_blessed", "infra_blessed"])
def test_a_model_without_its_blessings_is_not_pushed_and_leaves_nothing(folder, tmp_path, missing):
    pushed = push(folder, tmp_path, **{missing: False})

    assert pushed.get_int_custom_property("pushed") == 0
    assert not folder.exists() or not list(folder.iterdir())


NOW, YESTERDAY = int(time.time()), int(time.time()) - 25 * 60 * 60
ENDED = subprocess.Popen(["true"])
HERE = pusher.name_pid_namespace()
ENDED.wait()


@pytest.mark.parametrize(
    "owner",
    [
        pytest.param(f"{YESTERDAY}-1-elsewhere", id="a-day-old"),
        pytest.param(f"{NOW}-{ENDED.pid}-{HERE}", id="of-a-process-that-ended"),
    ],
)
def test_what_a_killed_push_left_is_cleared(folder, tmp_path, owner):
    put(folder, {f".partial-{owner}-a1/123/saved_model.pb": b"half"})

    push(folder, tmp_path)

    assert [path.name.isdecimal() for path in folder.iterdir()] == [True]


@pytest.mark.parametrize(
    "owner",
    [
        pytest.param(f"{NOW}-{ENDED.pid}-elsewhere", id="elsewhere"),
        pytest.param(f"{NOW}-{os.getpid()}-{HERE}", id="here"),
    ],
)
def test_what_another_run_is_pushing_is_left_alone(folder, tmp_path, owner):
    other = f".partial-{owner}-a1/123/saved_model.pb"
    put(folder, {other: b"half"})

    push(folder, tmp_path)

    assert (folder / other).read_bytes() == b"half"


def test_a_push_that_fails_leaves_nothing(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("components.pusher.publish", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        push(folder, tmp_path)

    assert list(folder.iterdir()) == []


def test_runs_that_push_at_once_push_a_version_each(folder, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        pushed = list(pool.map(lambda _: push(folder, tmp_path), range(4)))

    versions = {int(p.get_string_custom_property("pushed_version")) for p in pushed}
    assert sorted(versions) == serving_folder.list_versions(str(folder))
    assert len(versions) == 4
    assert all(complete(folder / str(version)) for version in versions)


def test_a_model_that_was_pushed_before_is_not_pushed_again(folder, tmp_path):
    first, warmed_up = push(folder, tmp_path, files=MADE_ONCE), push(folder, tmp_path, files=WARM)

    (version,) = folder.iterdir()
    for pushed in (first, warmed_up):
        assert pushed.get_int_custom_property("pushed") == 1
        assert pushed.get_string_custom_property("pushed_destination") == str(version)
        assert pushed.get_string_custom_property("pushed_version") == version.name
        assert Path(pushed.uri, "saved_model.pb").is_file()


def test_a_version_has_its_evaluation_and_the_fingerprint_of_its_model(folder, tmp_path):
    push(folder, tmp_path, files=MADE_ONCE, evaluations=[evaluate_colours()])
    push(folder, tmp_path, files=MADE_ONCE)

    (version,) = folder.iterdir()
    assert read_evaluation(version).metrics["accuracy"] == 1.0


def test_another_training_is_pushed_beside_it(folder, tmp_path):
    push(folder, tmp_path, files=MADE_ONCE)
    push(folder, tmp_path, files=MADE_AGAIN)

    assert len(serving_folder.list_versions(str(folder))) == 2


def test_two_pushes_in_one_second_are_two_versions(folder, tmp_path):
    first, second = (push(folder, tmp_path) for _ in range(2))

    versions = [int(p.get_string_custom_property("pushed_version")) for p in (first, second)]
    assert versions == serving_folder.list_versions(str(folder))
    assert versions[0] < versions[1]


def test_a_push_is_the_newest_version_even_after_one_with_a_greater_number(folder, tmp_path):
    put(folder, {"99999999999/saved_model.pb": b"by hand"})

    pushed = push(folder, tmp_path)

    assert pushed.get_string_custom_property("pushed_version") == "100000000000"


def test_a_version_is_complete_whenever_it_is_visible(folder, tmp_path):
    with watched(folder) as seen:
        for _ in range(3):
            push(folder, tmp_path)

    assert seen.keys() == {str(version) for version in serving_folder.list_versions(str(folder))}
    assert all(incomplete == 0 for incomplete in seen.values()), seen


@contextmanager
def watched(folder):
    """Counts, for each version, how often it was seen without all its files."""
    seen: dict[str, int] = {}
    stop = threading.Event()

    def look():
        is_last = False
        while not is_last:
            is_last = stop.is_set()  # Looks once more after the end: the last version is seen too.
            for version in map(str, serving_folder.list_versions(str(folder))):
                seen[version] = seen.get(version, 0) + (not complete(folder / version))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def complete(version):
    there = (version / "saved_model.pb").is_file()
    return there and len(list((version / "variables").glob("*"))) == VARIABLES
