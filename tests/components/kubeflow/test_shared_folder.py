"""Artifacts that are copied through a folder that remote workers can read."""

from __future__ import annotations

from pathlib import Path

import pytest
from kfp.pipeline_spec.pipeline_spec_pb2 import ExecutorInput

from components.kubeflow import shared_folder


@pytest.fixture
def invocation(tmp_path):
    """An executor with one input, a folder with a file in it, and one output."""
    files = tmp_path / "pod" / "examples" / "Split-train"
    files.mkdir(parents=True)
    (files / "shard").write_bytes(b"records")
    made = ExecutorInput()
    made.inputs.artifacts["examples"].artifacts.add(uri=str(files.parent))
    made.outputs.artifacts["statistics"].artifacts.add(uri=str(tmp_path / "pod" / "statistics"))
    return made


def uri(side, name):
    return side.artifacts[name].artifacts[0].uri


def test_inputs_are_there_before_and_outputs_come_back_after(invocation, tmp_path):
    shared = tmp_path / "shared"

    with shared_folder.share(invocation, str(shared)):
        given, asked = uri(invocation.inputs, "examples"), uri(invocation.outputs, "statistics")
        assert Path(given, "Split-train", "shard").read_bytes() == b"records"
        assert Path(given).is_relative_to(shared)
        assert Path(asked).is_relative_to(shared)
        Path(asked, "Split-train").mkdir()
        Path(asked, "Split-train", "stats").write_text("3")

    assert (tmp_path / "pod/statistics/Split-train/stats").read_text() == "3"
    assert list(shared.iterdir()) == []


def test_the_original_uris_are_known_by_those_in_the_folder(invocation, tmp_path):
    with shared_folder.share(invocation, str(tmp_path / "shared")) as before:
        asked = uri(invocation.outputs, "statistics")

        assert before[asked] == str(tmp_path / "pod" / "statistics")
        assert len(before) == 2


def test_a_failure_leaves_nothing_behind(invocation, tmp_path):
    with pytest.raises(RuntimeError), shared_folder.share(invocation, str(tmp_path / "shared")):
        raise RuntimeError("a job failed")

    assert list((tmp_path / "shared").iterdir()) == []
    assert not (tmp_path / "pod" / "statistics").exists()


def test_what_cannot_be_removed_is_a_warning_after_the_outputs_are_back(
    invocation, tmp_path, caplog
):
    shared = tmp_path / "shared"

    with shared_folder.share(invocation, str(shared)):
        Path(uri(invocation.outputs, "statistics"), "stats").write_text("3")
        (home,) = shared.iterdir()
        home.rename(tmp_path / "elsewhere")
        home.symlink_to(tmp_path / "elsewhere")  # A link to a folder is not removed as one.

    assert (tmp_path / "pod/statistics/stats").read_text() == "3"
    assert str(home) in caplog.text


def test_two_steps_use_different_folders(invocation, tmp_path):
    other = ExecutorInput()
    other.CopyFrom(invocation)

    with (
        shared_folder.share(invocation, str(tmp_path / "shared")),
        shared_folder.share(other, str(tmp_path / "shared")),
    ):
        assert uri(invocation.inputs, "examples") != uri(other.inputs, "examples")


ON_BEAM = "components.image_example_gen.IngestionExecutor"
ALONE = "tfx.components.trainer.executor.GenericExecutor"


@pytest.mark.parametrize(
    ("executor", "folder", "is_shared"),
    [(ON_BEAM, "shared", True), (ALONE, "shared", False), (ON_BEAM, "", False)],
    ids=["on-beam", "in-the-pod", "no-folder"],
)
def test_only_steps_on_beam_share_artifacts(invocation, tmp_path, executor, folder, is_shared):
    place = folder and str(tmp_path / folder)
    asked = uri(invocation.outputs, "statistics")

    with shared_folder.share_if_needed(invocation, folder=place, executor=executor) as before:
        assert bool(before) is is_shared
        assert (uri(invocation.outputs, "statistics") != asked) is is_shared
