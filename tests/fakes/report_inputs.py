"""What a run's other steps leave for its page: an evaluation, an account of files, and logs."""

from __future__ import annotations

import tensorflow as tf
from tfx import types
from tfx.components.evaluator.executor import Executor
from tfx.types import standard_artifacts as kinds

from components.artifacts import Rejects
from components.ingestion import rejects
from components.ingestion import summary as ingestion_summary
from components.ingestion.rejects import Reject
from components.ingestion.summary import Sides, Summary
from pipeline import graph
from tests.fakes.ingested import in_process
from tests.fakes.tiny_runs import artifact
from trainer.data import records

HOSTILE = "<script>alert('x')</script> & \"y\".png"
FAILURE = "The model did not load: version 1: <broken>."


def evaluate(folder, experiment, model, baseline, examples):
    """Runs the Evaluator as the graph asks it to."""
    channels = [types.Channel(kind) for kind in (kinds.Examples, kinds.Model, kinds.Model)]
    asked = graph.make_evaluator(*channels, experiment).exec_properties
    made = (artifact(kinds.ModelBlessing, folder), artifact(kinds.ModelEvaluation, folder))
    context = Executor.Context(tmp_dir=str(folder), make_beam_pipeline_fn=in_process)
    Executor(context).Do(
        {"examples": [examples], "model": [model], "baseline_model": [baseline]},
        {"blessing": [made[0]], "evaluation": [made[1]]},
        asked,
    )
    return made


def rejected(folder):
    """21 rejects among 33 files."""
    made = artifact(Rejects, folder)
    rows = [Reject("train", f"bad/{n:02}.jpg", rejects.TRUNCATED, "cut") for n in range(20)]
    rejects.write(made.uri, [*rows, Reject("test", HOSTILE, rejects.EMPTY, "0 bytes")])
    four = dict.fromkeys(records.SPLITS, 4)
    summary = Summary(
        files={"train": 24, "val": 4, "test": 5},
        examples=four,
        rejects={"train": {rejects.TRUNCATED: 20}, "val": {}, "test": {rejects.EMPTY: 1}},
        classes={"blue": four},
        heights={"all": Sides(18, 20.0, 24)},
        widths={"all": Sides(16, 19.0, 22)},
        warnings={"trailing_bytes": 7},
    )
    ingestion_summary.write(made.uri, summary)
    return made


def trained(folder):
    """What Keras logs of two epochs."""
    made = artifact(kinds.ModelRun, folder)
    for part in ("train", "validation"):
        with tf.summary.create_file_writer(f"{made.uri}/{part}").as_default():
            for epoch, value in enumerate((0.9, 0.4)):
                for metric in ("loss", "accuracy", "mean_iou"):
                    tf.summary.scalar(f"epoch_{metric}", value, epoch)
    return made
