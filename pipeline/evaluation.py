"""What TFMA measures of a classifier, on which slices, and what it must reach to be pushed."""

from __future__ import annotations

import json
from typing import Any

import tensorflow_model_analysis as tfma

from components.class_metrics import ClassPrecisionRecall
from trainer.config import Experiment, Threshold
from trainer.records import LABEL_TEXT

SIZE_BUCKET = "size_bucket"
CANDIDATE = "candidate"
BASELINE = "baseline"
OVERALL = tfma.SlicingSpec()  # TFMA holds a plain threshold against every slice.
BY_CLASS = tfma.SlicingSpec(feature_keys=[LABEL_TEXT])
# The metrics that a threshold may name: TFMA's class for it, and its options.
METRICS: dict[str, tuple[str, dict[str, Any]]] = {
    "accuracy": ("SparseCategoricalAccuracy", {}),
    "top_2_accuracy": ("SparseTopKCategoricalAccuracy", {"k": 2}),
}


def eval_config(experiment: Experiment) -> tfma.EvalConfig:
    """Metrics overall, by class and by size bucket, with the thresholds of the gate.

    Raises ValueError for a gate that is empty, or asks for a metric that is not measured.
    """
    check(experiment.gate)
    slices = [OVERALL, BY_CLASS, tfma.SlicingSpec(feature_keys=[SIZE_BUCKET])]
    return tfma.EvalConfig(
        model_specs=[model_spec(CANDIDATE), model_spec(BASELINE, is_baseline=True)],
        slicing_specs=slices,
        metrics_specs=[metrics(experiment)],
    )


def check(gate: tuple[Threshold, ...]) -> None:
    """Raises ValueError for an empty gate."""
    if not gate:  # TFMA would bless nothing and say nothing.
        raise ValueError(
            "gate: it is empty, so no model could pass it. Give a threshold, such as "
            'gate=[{"metric": "accuracy", "at_least": 0.5}].'
        )


def model_spec(name: str, *, is_baseline: bool = False) -> tfma.ModelSpec:
    """How TFMA asks a model: its labels are texts, which its `all_classes` turn into numbers.

    TFMA slices by what any of the models says, so all must say the same of an example's size.
    """
    return tfma.ModelSpec(
        name=name,
        is_baseline=is_baseline,
        signature_name="evaluate_examples",
        preprocessing_function_names=["transform_features"],
        prediction_key="probabilities",
        label_key=LABEL_TEXT,
    )


def metrics(experiment: Experiment) -> tfma.MetricsSpec:
    """Accuracies, the confusion matrix, and each class's precision and recall."""
    confusion = json.dumps({"name": "confusion", "thresholds": [0.0]})
    by_class = json.dumps({"num_classes": len(experiment.data.classes)})
    return tfma.MetricsSpec(
        metrics=[
            tfma.MetricConfig(class_name="ExampleCount"),
            *(metric(name, experiment.gate) for name in METRICS),
            tfma.MetricConfig(class_name="MultiClassConfusionMatrixPlot", config=confusion),
            tfma.MetricConfig(
                module=ClassPrecisionRecall.__module__,
                class_name=ClassPrecisionRecall.__name__,
                config=by_class,
            ),
        ]
    )


def metric(name: str, gate: tuple[Threshold, ...]) -> tfma.MetricConfig:
    """One metric, with what the gate asks of it."""
    class_name, options = METRICS[name]
    config = tfma.MetricConfig(class_name=class_name, config=json.dumps({"name": name, **options}))
    for threshold in gate:
        if threshold.metric == name:
            where = BY_CLASS if threshold.each_class else OVERALL
            config.per_slice_thresholds.add(slicing_specs=[where], threshold=limits(threshold))
    return config


def limits(threshold: Threshold) -> tfma.MetricThreshold:
    """The least value, and the most it may lie below the baseline's."""
    value = tfma.GenericValueThreshold(lower_bound={"value": threshold.at_least})
    if threshold.max_drop is None:
        return tfma.MetricThreshold(value_threshold=value)
    change = tfma.GenericChangeThreshold(
        direction=tfma.MetricDirection.HIGHER_IS_BETTER,
        absolute={"value": -threshold.max_drop},
    )
    return tfma.MetricThreshold(value_threshold=value, change_threshold=change)
