"""What TFMA measures, on which slices, and the thresholds that a model must reach."""

from __future__ import annotations

from tensorflow_model_analysis.proto import config_pb2

from components.metrics.results import BASELINE, CANDIDATE, read_name
from pipeline.tasks import TASKS
from trainer.config import Experiment, Threshold

SIZE_BUCKET = "size_bucket"
OVERALL = config_pb2.SlicingSpec()  # Without a slice, TFMA applies a threshold to every slice.


def make_eval_config(experiment: Experiment) -> config_pb2.EvalConfig:
    """Metrics overall and by slice, with the thresholds of the experiment's gate."""
    task = TASKS[experiment.task]
    metrics = task.metrics(experiment)
    for config in metrics:
        add_thresholds(config, experiment.gate, task.by_class)
    keys = [SIZE_BUCKET, *task.sliced_by]
    return config_pb2.EvalConfig(
        model_specs=[
            config_pb2.ModelSpec(name=CANDIDATE, **task.model_spec, **SPEC),
            config_pb2.ModelSpec(name=BASELINE, is_baseline=True, **task.model_spec, **SPEC),
        ],
        slicing_specs=[OVERALL, *(config_pb2.SlicingSpec(feature_keys=[key]) for key in keys)],
        metrics_specs=[config_pb2.MetricsSpec(metrics=metrics)],
    )


# TFMA slices by the features of any model, so all models must agree on an example's size.
SPEC = {
    "signature_name": "evaluate_examples",
    "preprocessing_function_names": ["transform_features"],
}


def add_thresholds(
    config: config_pb2.MetricConfig, gate: tuple[Threshold, ...], by_class: config_pb2.SlicingSpec
) -> None:
    """Adds the gate's thresholds for one metric to its configuration."""
    name = read_name(config)
    for threshold in gate:
        if threshold.metric == name:
            slices = [by_class if threshold.each_class else OVERALL]
            limits = make_threshold(threshold)
            config.per_slice_thresholds.add(slicing_specs=slices, threshold=limits)


def make_threshold(threshold: Threshold) -> config_pb2.MetricThreshold:
    """The smallest or largest value allowed, and the largest drop below the baseline's value."""
    if threshold.at_most is None:
        value = config_pb2.GenericValueThreshold(lower_bound={"value": threshold.at_least})
    else:
        value = config_pb2.GenericValueThreshold(upper_bound={"value": threshold.at_most})
    if threshold.max_drop is None:
        return config_pb2.MetricThreshold(value_threshold=value)
    change = config_pb2.GenericChangeThreshold(
        direction=config_pb2.MetricDirection.HIGHER_IS_BETTER,
        absolute={"value": -threshold.max_drop},
    )
    return config_pb2.MetricThreshold(value_threshold=value, change_threshold=change)
