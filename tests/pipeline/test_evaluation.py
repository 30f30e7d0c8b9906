"""The gate, with TFX's Evaluator on real models and examples."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma
from tfx import types
from tfx.components.evaluator.executor import Executor
from tfx.components.util import model_utils
from tfx.types import standard_artifacts

from components.metrics import results
from components.metrics.calibration import CALIBRATION_ERROR
from components.tasks.class_baseline import ServedClassifier
from pipeline import evaluation, graph
from pipeline.tasks import boxes, classes, masks
from tests.fakes import tiny
from tests.fakes.ingested import in_process
from tests.fakes.tiny_runs import (
    EXPERIMENT,
    artifact,
    by_colour,
    examples_of,
    facts,
    lasting,
    model_of,
    record,
    save,
)
from trainer import gate_checks
from trainer.config import Threshold
from trainer.export import classifier, saved_model

# The candidate sees three blue images and a red one; by their labels there are two of each. So it
# is right about 3 of 4: all that are labelled blue, and half of those labelled red.
ROWS = (("blue", 0), ("blue", 1), ("red", 2), ("red", 3))
LABEL = "image/class/text"


@dataclass(frozen=True)
class Evaluated:
    """The output of an evaluation."""

    blessed: bool
    uri: str

    @property
    def failures(self):
        """(slice, metric) of each threshold missed."""
        found = tfma.load_validation_result(self.uri).metric_validations_per_slice
        return {(names(s.slice_key), f.metric_key.name) for s in found for f in s.failures}

    def metrics(self, model):
        """The metrics of a model by slice, without sub-keys."""
        found = tfma.load_eval_result(self.uri, model_name=model).slicing_metrics
        return {where: values[""][""] for where, values in found}


def names(slice_key):
    keys = slice_key.single_slice_keys
    return "".join(f"{key.column}={key.bytes_value.decode()}" for key in keys)


@functools.cache
def evaluate(*gate, baseline="shares"):
    """Runs the Evaluator as the graph does."""
    folder = lasting()
    blessing = artifact(standard_artifacts.ModelBlessing, folder)
    evaluation_artifact = artifact(standard_artifacts.ModelEvaluation, folder)
    inputs = {
        "examples": [examples()],
        "model": [candidate()],
        "baseline_model": [BASELINES[baseline]()],
    }
    outputs = {"evaluation": [evaluation_artifact], "blessing": [blessing]}
    context = Executor.Context(tmp_dir=str(folder), make_beam_pipeline_fn=in_process)
    Executor(context).Do(inputs, outputs, properties(gate))
    return Evaluated(model_utils.is_model_blessed(blessing), evaluation_artifact.uri)


def properties(gate):
    channels = [
        types.Channel(standard_artifacts.Examples),
        types.Channel(standard_artifacts.Model),
        types.Channel(standard_artifacts.Model),
    ]
    return graph.make_evaluator(*channels, replace(EXPERIMENT, gate=gate)).exec_properties


@functools.cache
def examples():
    disguised = {"image/encoded": fields("blue", 3)}
    rows = [record(label, n, **(disguised if n == 3 else {})) for label, n in ROWS]
    return examples_of(lasting(), rows)


def fields(label, number):
    example = tf.train.Example.FromString(record(label, number))
    return example.features.feature["image/encoded"].bytes_list.value[0]


@functools.cache
def candidate():
    return model_of(lasting(), by_colour, facts(boundaries=(20.0,)))


@functools.cache
def shares():
    """Right about 2 of 4: it always answers "blue"."""
    return model_of(lasting(), always({"blue": 0.75, "red": 0.25}))


@functools.cache
def older():
    """A baseline with other labels, more of them, and other size boundaries."""
    labels = {"amber": 0.5, "blue": 0.3, "green": 0.2}
    version = save(lasting() / "1", always(labels), facts(labels, boundaries=(17.5, 19.5)))
    run = classifier.build_constant(facts(), {"blue": 0.5, "red": 0.5}, tiny.LIMITS)
    model = artifact(standard_artifacts.Model, lasting())
    saved_model.save_module(ServedClassifier(str(version), run), f"{model.uri}/Format-Serving")
    return model


@functools.cache
def better():
    """Right about all: it uses the size, by which these four differ."""
    return model_of(lasting(), by_size)


def by_size(pixels, sizes):
    return tf.one_hot(tf.cast(sizes[:, 1] >= 20, tf.int32), 2)


def always(found):
    return classifier.build_constant(facts(sorted(found)), found, tiny.LIMITS)._network


BASELINES = {"shares": shares, "older": older, "better": better}
WHOLE = Threshold(metric="accuracy", at_least=0.7)
EACH_CLASS = Threshold(metric="accuracy", at_least=0.7, each_class=True)
SMALL_DROP = Threshold(metric="accuracy", at_least=0.0, max_drop=0.2)
LARGE_DROP = Threshold(metric="accuracy", at_least=0.0, max_drop=0.3)


def test_an_overall_threshold_applies_to_no_slice():
    found = evaluate(WHOLE)

    assert found.blessed
    assert found.metrics("candidate")[()]["accuracy"]["doubleValue"] == 0.75
    assert found.metrics("candidate")[((LABEL, "red"),)]["accuracy"]["doubleValue"] == 0.5


@pytest.mark.parametrize(("most", "blessed"), [(0.3, True), (0.2, False)])
def test_a_calibration_error_above_the_limit_is_not_blessed(most, blessed):
    found = evaluate(Threshold(metric=CALIBRATION_ERROR, at_most=most))

    assert found.blessed == blessed
    # All probabilities are nearly 1, and 3 of 4 answers are right.
    error = found.metrics("candidate")[()][CALIBRATION_ERROR]["doubleValue"]
    assert error == pytest.approx(0.25, abs=0.02)
    assert found.failures == (set() if blessed else {("", CALIBRATION_ERROR)})
    (failure,) = results.list_gate_failures(found.uri) or [""]
    assert ("at most 0.2" in failure) == (not blessed)


def test_a_threshold_for_each_class_applies_to_each_class():
    found = evaluate(EACH_CLASS)

    assert not found.blessed
    assert found.failures == {(f"{LABEL}=red", "accuracy")}


def test_a_model_that_falls_too_far_below_the_baseline_is_not_blessed():
    found = evaluate(SMALL_DROP, baseline="better")

    assert not found.blessed
    assert found.failures == {("", "accuracy")}


def test_a_model_that_falls_a_little_below_the_baseline_is_blessed():
    assert evaluate(LARGE_DROP, baseline="better").blessed


def test_an_older_baseline_with_other_labels_is_measured():
    found = evaluate(WHOLE, SMALL_DROP, baseline="older")

    assert found.blessed
    assert found.metrics("baseline")[()]["accuracy"]["doubleValue"] == 0.0
    assert found.metrics("baseline")[()]["top_2_accuracy"]["doubleValue"] == 0.5


@pytest.mark.parametrize("baseline", ["shares", "older"])
def test_each_example_is_in_one_slice_by_size_with_any_baseline(baseline):
    gate = (WHOLE,) if baseline == "shares" else (WHOLE, SMALL_DROP)

    found = evaluate(*gate, baseline=baseline).metrics("candidate")

    counts = {where[0][1]: v["example_count"] for where, v in found.items() if is_by_bucket(where)}
    assert {bucket: v["doubleValue"] for bucket, v in counts.items()} == {0: 2.0, 1: 2.0}


def is_by_bucket(where):
    return where and where[0][0] == evaluation.SIZE_BUCKET


def test_each_metric_that_a_threshold_may_name_is_measured():
    measured = {
        "classes": {CALIBRATION_ERROR, *classes.METRICS},
        "masks": {CALIBRATION_ERROR, *masks.METRICS},
        "boxes": {CALIBRATION_ERROR, "accuracy", *boxes.METRICS},
    }

    assert measured == {task: {*names} for task, names in gate_checks.METRICS.items()}
