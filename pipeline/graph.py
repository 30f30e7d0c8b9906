"""Which component feeds which: the only graph, whoever runs it."""

from __future__ import annotations

import json
from dataclasses import replace

import tensorflow_data_validation as tfdv
from tfx import v1 as tfx
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.v1.dsl import Pipeline
from tfx.v1.proto import EvalArgs, PushDestination, TrainArgs

from components.anomaly_gate import AnomalyGate
from components.baseline_model import BaselineModel
from components.curated_schema import CuratedSchema
from components.image_example_gen import ImageExampleGen
from components.model_servable import ModelServable
from components.pusher import Pusher
from pipeline import evaluation
from pipeline.settings import Settings
from trainer import config, records
from trainer.config import Experiment


def create_pipeline(experiment: Experiment, settings: Settings) -> Pipeline:
    """From a folder of images to a version that is served, if it passes its gate."""
    data = experiment.data
    served = {
        "served_folder": settings.served_folder(experiment.name),
        "served_version": settings.served_version,
    }
    ingested = ImageExampleGen(settings.data, data, fingerprint=settings.fingerprint)
    examples = ingested.outputs["examples"]
    statistics = statistics_gen(examples)
    counted = statistics.outputs["statistics"]
    curated = CuratedSchema(
        name=data.schema, classes=json.dumps(data.classes), fingerprint=settings.fingerprint
    )
    expected = curated.outputs["curated"]
    validator = tfx.components.ExampleValidator(statistics=counted, schema=expected)
    gate = AnomalyGate(
        anomalies=validator.outputs["anomalies"],
        statistics=counted,
        curated=expected,
        schema_name=data.schema,
        max_share_change=data.max_share_change,
        **served,
    )
    transform = transform_of(examples, expected, experiment)
    transform.add_upstream_node(gate)
    learned = transform.outputs["transform_graph"]
    trainer = trainer_of(examples, learned, experiment, settings)
    model = trainer.outputs["model"]
    baseline = BaselineModel(
        statistics=counted, transform_graph=learned, max_side=data.max_side, **served
    )
    evaluator = evaluator_of(examples, model, baseline.outputs["baseline"], experiment)
    servable = ModelServable(
        model=model, examples=examples, statistics=counted, name=experiment.name
    )
    pusher = pusher_of(evaluator, servable, served["served_folder"], settings)
    before = [ingested, statistics, curated, validator, gate, transform]
    return Pipeline(
        pipeline_name=experiment.name,
        pipeline_root=f"{settings.workdir}/artifacts",
        components=[*before, trainer, baseline, evaluator, servable, pusher],
        enable_cache=True,
        beam_pipeline_args=list(settings.beam_args),
    )


def statistics_gen(examples: tfx.types.BaseChannel) -> tfx.components.StatisticsGen:
    """Statistics of all fields but the images' bytes, which have none worth having."""
    fields = [
        records.FORMAT,
        records.HEIGHT,
        records.WIDTH,
        records.FILENAME,
        records.SHA256,
        records.LABEL_TEXT,
        records.LABEL,
    ]
    options = tfdv.StatsOptions(
        feature_allowlist=fields,
        num_rank_histogram_buckets=100_000,  # Classes are counted by it; 1,000 if not given.
    )
    return tfx.components.StatisticsGen(examples=examples, stats_options=options)


def transform_of(
    examples: tfx.types.BaseChannel, schema: tfx.types.BaseChannel, experiment: Experiment
) -> tfx.components.Transform:
    """Analyses the training split. Writes no transformed examples: images stay as they are."""
    return tfx.components.Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn="trainer.preprocessing.preprocessing_fn",
        splits_config=tfx.proto.SplitsConfig(analyze=["train"], transform=[]),
        custom_config={"size_buckets": experiment.data.size_buckets},
        materialize=False,
        disable_statistics=True,
    )


def trainer_of(
    examples: tfx.types.BaseChannel,
    transform_graph: tfx.types.BaseChannel,
    experiment: Experiment,
    settings: Settings,
) -> tfx.components.Trainer:
    """Trains on the split `train`, chooses the best epoch on the split `val`.

    The gate is left out: another one needs no other training.
    """
    return tfx.components.Trainer(
        run_fn="trainer.run.run_fn",
        examples=examples,
        transform_graph=transform_graph,
        train_args=TrainArgs(splits=["train"]),
        eval_args=EvalArgs(splits=["val"]),
        custom_config={
            "experiment": config.to_json(replace(experiment, gate=())),
            "checkpoints": f"{settings.workdir}/checkpoints",
        },
    )


def evaluator_of(
    examples: tfx.types.BaseChannel,
    model: tfx.types.BaseChannel,
    baseline: tfx.types.BaseChannel,
    experiment: Experiment,
) -> tfx.components.Evaluator:
    """Holds the model against the gate and the baseline, on the split `test`."""
    return tfx.components.Evaluator(
        examples=examples,
        model=model,
        baseline_model=baseline,
        eval_config=evaluation.eval_config(experiment),
        example_splits=["test"],
    )


def pusher_of(
    evaluator: tfx.components.Evaluator,
    servable: BaseComponent,
    folder: str,
    settings: Settings,
) -> Pusher:
    """Pushes the copy that ModelServable made to a model's folder, if both bless it."""
    return Pusher(
        model_blessing=evaluator.outputs["blessing"],
        infra_blessing=servable.outputs["blessing"],
        push_destination=destination(folder),
        custom_config={"attempt": settings.push_attempt},
    )


def destination(folder: str) -> PushDestination:
    """Pusher's, for a model's folder below the push root."""
    return PushDestination(filesystem=PushDestination.Filesystem(base_directory=folder))
