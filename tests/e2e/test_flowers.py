"""`fcn run flowers` as a user types it: to a pushed version, served and asked."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.e2e import command, flower_run


def test_a_run_ends_with_a_pushed_version(first):
    assert first.code == 0, first.printed
    assert first.versions == [first.result["version"]]
    assert f"Version {first.result['version']}" in first.printed


def test_every_file_is_an_example_or_a_reject(first):
    files = [path for path in first.data.rglob("*") if path.is_file()]
    examples, rejects = first.result["examples"], first.result["rejects"]

    assert first.result["files"] == len(files)
    assert sum(examples.values()) + sum(rejects.values()) == len(files)
    counts = f"{len(files)} files = {sum(examples.values())} examples + {sum(rejects.values())}"
    assert f"all: {counts} rejects" in first.printed


def test_each_bad_file_is_a_reject_for_its_own_reason(first):
    rows = Path(first.result["rejects_file"]).read_text()

    for path, reason in flower_run.BAD_FILES.items():
        assert re.search(rf",{re.escape(path)},{reason},", rows), (path, rows)


def test_accuracy_is_reported_overall_and_for_each_class(first):
    assert 0 <= first.result["metrics"]["accuracy"] <= 1
    assert set(first.result["classes"]) == set(flower_run.CLASSES)
    images = sum(row["images"] for row in first.result["classes"].values())
    assert images == first.result["examples"]["test"]


@pytest.mark.parametrize("rest", [pytest.param(False, id="grpc"), pytest.param(True, id="rest")])
def test_predict_answers_about_images_of_several_sizes(first, server, rest):
    paths = [next((first.data / name).glob("*[0-9]*.jpg")) for name in flower_run.CLASSES[:3]]
    protocol = ["--server", server["http"], "--rest"] if rest else ["--server", server["grpc"]]

    done = command.fcn("predict", *paths, *protocol, "--json", home=first.home)

    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert len(answers) == 3
    for answer in answers:
        assert answer["label"] in flower_run.CLASSES
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_the_served_version_is_the_one_pushed(first, server):
    states = command.status(server["http"], "flowers")["model_version_status"]

    assert [(s["version"], s["state"]) for s in states] == [(first.result["version"], "AVAILABLE")]


def test_a_second_run_with_nothing_changed_does_no_work(first, second):
    assert second.code == 0, second.printed
    assert second.result["cached"] == list(first.result["seconds"])
    assert second.versions == first.versions
    assert second.result["metrics"] == first.result["metrics"]


def test_a_model_below_its_gate_is_not_pushed_and_the_run_says_why(first, below_gate):
    assert below_gate.code == 3, below_gate.printed
    assert "accuracy on all test images is" in below_gate.printed
    assert "the gate requires at least 1.0" in below_gate.printed
    assert re.search(r"accuracy on label \w+ is", below_gate.printed)
    assert below_gate.versions == first.versions


def test_another_gate_needs_no_other_training(below_gate):
    assert "Trainer" in below_gate.result["cached"]
    assert "Evaluator" not in below_gate.result["cached"]


def test_a_lost_version_is_pushed_again_without_training(restored):
    assert restored.code == 0, restored.printed
    assert set(restored.result["seconds"]) - set(restored.result["cached"]) == {"Pusher"}
    assert restored.versions == [restored.result["version"]]


def test_one_changed_file_is_ingested_anew(first, changed):
    assert changed.code == 0, changed.printed
    assert {"ImageExampleGen", "Trainer"}.isdisjoint(changed.result["cached"])
    assert changed.result["files"] == first.result["files"]


def test_a_missing_class_stops_the_run_by_its_name(first, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(first.data, data)
    shutil.rmtree(data / "daisy")

    stopped = flower_run.run(data, tmp_path)

    assert stopped.code == 2, stopped.printed
    assert "'daisy'" in stopped.printed
    assert stopped.versions == []


def test_a_new_label_stops_the_run_by_its_name(first, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(first.data, data)
    (data / "edelweiss").mkdir()
    for path in sorted((data / "tulips").iterdir())[:10]:
        path.rename(data / "edelweiss" / path.name)

    stopped = flower_run.run(data, tmp_path)

    assert stopped.code == 2, stopped.printed
    assert "edelweiss" in stopped.printed
