"""A rehearsal that runs nothing, for the tests of the command."""

from __future__ import annotations

from pipeline.kubeflow import compiled
from pipeline.kubeflow.rehearsal.outcome import (
    Artifact,
    Rehearsal,
    TaskOutputs,
    TaskRun,
    TaskState,
)
from pipeline.kubeflow.rehearsal.store import ObjectStore

EVALUATION = "minio://bucket/evaluation"


class FakeRehearsal:
    """Records its arguments and returns an invented result."""

    def __init__(self, workdir):
        self.succeeded, self.state, self.log = True, TaskState.SUCCEEDED, None
        self.pushed = {"pushed": 1, "pushed_destination": "served/flowers/1"}
        self.store = ObjectStore(workdir / "store")

    def __call__(self, path, *, workdir, parameters, options):
        self.image, self.workdir, self.parameters = read_images(path), workdir, parameters
        artifacts = {
            "Evaluator": {"evaluation": Artifact(1, EVALUATION, {})},
            "Pusher": {"pushed_model": Artifact(2, "minio://bucket/pushed", self.pushed)},
        }
        tasks = {
            name: TaskRun(
                name,
                place=1,
                steps=2,
                state=self.state,
                log=self.log,
                reason="no such image.",
                outputs=TaskOutputs(made),
            )
            for name, made in artifacts.items()
        }
        return Rehearsal("1", self.succeeded, tasks, self.store)


def read_images(path):
    """The images of a compiled pipeline's steps."""
    return {step.container.image for step in compiled.read(path.read_bytes()).list_steps()}
