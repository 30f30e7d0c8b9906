"""Which component feeds which: the same graph on this machine and on Kubeflow."""

from __future__ import annotations

import json
from typing import Any

import tensorflow_data_validation as tfdv
from tfx.components.evaluator.component import Evaluator
from tfx.components.example_validator.component import ExampleValidator
from tfx.components.statistics_gen.component import StatisticsGen
from tfx.components.trainer.component import Trainer
from tfx.components.transform.component import Transform
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.orchestration.pipeline import Pipeline
from tfx.proto.trainer_pb2 import EvalArgs, TrainArgs
from tfx.proto.transform_pb2 import SplitsConfig
from tfx.types.channel import BaseChannel

from components.anomaly_gate import AnomalyGate
from components.baseline_model import BaselineModel
from components.curated_schema import CuratedSchema
from components.image_example_gen import ImageExampleGen
from components.model_servable import ModelServable
from components.pusher import Pusher
from pipeline import evaluation, pages
from pipeline.settings import Settings
from pipeline.tasks import TASKS
from trainer import config, tasks
from trainer.config import Experiment
from trainer.data import records


def create_pipeline(experiment: Experiment, settings: Settings) -> Pipeline:
    """From a folder of images to a served version, if the model passes its gate.

    Raises ValueError for an unknown task.
    """
    tasks.find_task(experiment)
    ingested = make_ingestion(experiment, settings)
    examples = ingested.outputs["examples"]
    statistics = make_statistics(examples)
    counted = statistics.outputs["statistics"]
    curated, validator, gate = make_checks(counted, experiment, settings)
    transform = make_transform(examples, curated.outputs["curated"], experiment)
    transform.add_upstream_node(gate)
    learned = transform.outputs["transform_graph"]
    trainer = make_trainer(examples, learned, experiment, settings)
    model = trainer.outputs["model"]
    baseline = make_baseline(counted, learned, experiment, settings)
    evaluator = make_evaluator(examples, model, baseline.outputs["baseline"], experiment)
    servable = make_servable(examples, counted, learned, model, experiment)
    report = pages.make_report(ingested, trainer, evaluator, servable, experiment)
    doubts = pages.make_doubts(examples, learned, model, experiment, settings)
    pusher = Pusher(
        model_blessing=evaluator.outputs["blessing"],
        infra_blessing=servable.outputs["blessing"],
        evaluation=evaluator.outputs["evaluation"],
        served_folder=settings.served_folder(experiment.name),
        attempt=settings.push_attempt,
    )
    for page in (report, *doubts):
        pusher.add_upstream_node(page)  # Push only after the pages are written.
    before = [ingested, statistics, curated, validator, gate, transform]
    return Pipeline(
        pipeline_name=experiment.name,
        pipeline_root=settings.pipeline_root,
        components=[*before, trainer, baseline, evaluator, servable, report, *doubts, pusher],
        enable_cache=True,
        beam_pipeline_args=list(settings.beam_args),
    )


def make_ingestion(experiment: Experiment, settings: Settings) -> ImageExampleGen:
    """The step that reads the folder of images."""
    return ImageExampleGen(
        settings.data,
        experiment.data,
        fingerprint=settings.fingerprint,
        follow_links=settings.follow_links,
        corrections=settings.corrections,
    )


def make_checks(
    statistics: BaseChannel, experiment: Experiment, settings: Settings
) -> tuple[BaseComponent, ExampleValidator, BaseComponent]:
    """The steps that compare the data with the schema, and stop the run at an anomaly."""
    data = experiment.data
    names = TASKS[experiment.task].image_labels(data)
    curated = CuratedSchema(
        name=data.schema, classes=json.dumps(names), fingerprint=settings.fingerprint
    )
    expected = curated.outputs["curated"]
    validator = ExampleValidator(statistics=statistics, schema=expected)
    gate = AnomalyGate(
        anomalies=validator.outputs["anomalies"],
        statistics=statistics,
        curated=expected,
        schema_name=data.schema,
        max_share_change=data.max_share_change,
        **name_served_version(experiment, settings),
    )
    return curated, validator, gate


def name_served_version(experiment: Experiment, settings: Settings) -> dict[str, Any]:
    """The served version, with which the data and the candidate are compared."""
    return {
        "served_folder": settings.served_folder(experiment.name),
        "served_version": settings.served_version,
    }


def make_statistics(examples: BaseChannel) -> StatisticsGen:
    """Computes statistics of all fields, except the bytes of images and masks."""
    fields = [
        records.FORMAT,
        records.HEIGHT,
        records.WIDTH,
        records.FILENAME,
        records.SHA256,
        records.LABEL_TEXT,
        records.LABEL,
        records.SPECIES,
        records.MASK_FORMAT,
        *records.BOXES.values(),
        records.BOX_LABEL,
    ]
    options = tfdv.StatsOptions(
        feature_allowlist=fields,
        num_rank_histogram_buckets=100_000,  # Classes with counts; 1,000 by default.
    )
    return StatisticsGen(examples=examples, stats_options=options)


def make_transform(examples: BaseChannel, schema: BaseChannel, experiment: Experiment) -> Transform:
    """Analyses the training split; writes no transformed examples, since images stay encoded."""
    return Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn=tasks.find_task(experiment).preprocessing_fn,
        splits_config=SplitsConfig(analyze=["train"], transform=[]),
        custom_config={
            "size_buckets": experiment.data.size_buckets,
            "classes": list(experiment.data.classes),
            "channels": experiment.data.channels,
        },
        materialize=False,
        disable_statistics=True,
    )


def make_trainer(
    examples: BaseChannel,
    transform_graph: BaseChannel,
    experiment: Experiment,
    settings: Settings,
) -> Trainer:
    """Trains on the split `train` and chooses the best epoch on the split `val`.

    It gets the experiment without the gate, so that a new gate needs no new training.
    """
    return Trainer(
        run_fn="trainer.run.run_fn",
        examples=examples,
        transform_graph=transform_graph,
        train_args=TrainArgs(splits=["train"]),
        eval_args=EvalArgs(splits=["val"]),
        custom_config={
            "experiment": config.recipe_to_json(settings.choose_hardware(experiment)),
            "checkpoints": settings.checkpoints,
        },
    )


def make_baseline(
    statistics: BaseChannel,
    transform_graph: BaseChannel,
    experiment: Experiment,
    settings: Settings,
) -> BaseComponent:
    """Provides the model with which the candidate is compared."""
    return BaselineModel(
        statistics=statistics,
        transform_graph=transform_graph,
        max_side=experiment.data.max_side,
        max_pixels=experiment.data.max_pixels,
        task=experiment.task,
        classes=json.dumps(experiment.data.classes),
        **name_served_version(experiment, settings),
    )


def make_servable(
    examples: BaseChannel,
    statistics: BaseChannel,
    transform_graph: BaseChannel,
    model: BaseChannel,
    experiment: Experiment,
) -> BaseComponent:
    """Serves the model, and asks it."""
    return ModelServable(
        model=model,
        examples=examples,
        statistics=statistics,
        transform_graph=transform_graph,
        name=experiment.name,
        task=experiment.task,
        classes=json.dumps(experiment.data.classes),
        max_side=experiment.data.max_side,
    )


def make_evaluator(
    examples: BaseChannel,
    model: BaseChannel,
    baseline: BaseChannel,
    experiment: Experiment,
) -> Evaluator:
    """Compares the model with the gate's thresholds and the baseline, on the split `test`."""
    return Evaluator(
        examples=examples,
        model=model,
        baseline_model=baseline,
        eval_config=evaluation.make_eval_config(experiment),
        example_splits=["test"],
    )
