"""Runs Transform's analyzers as its component does, in this process, for the tests."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path

import apache_beam as beam
import tensorflow_transform.beam as tft_beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from tfx_bsl.public import tfxio

from tests.fakes import tiny
from trainer import tasks
from trainer.data import schema


def transform(examples: str, output: Path, experiment=tiny.EXPERIMENT) -> str:
    """Writes the transform graph of a TFRecord file of tiny examples, and says where."""
    data = experiment.data
    values = {"size_buckets": 3, "classes": list(data.classes), "channels": data.channels}
    module, _, name = tasks.find_task(experiment).preprocessing_fn.rpartition(".")
    task = getattr(importlib.import_module(module), name)
    preprocess = functools.partial(task, custom_config=values)
    source = tfxio.TFExampleRecord(examples, schema=tiny_schema(experiment))
    with beam.Pipeline(runner=FnApiRunner()) as pipeline, tft_beam.Context(f"{output}.tmp"):
        rows = pipeline | source.BeamSource()
        learned = (rows, source.TensorAdapterConfig()) | tft_beam.AnalyzeDataset(preprocess)
        _ = learned | tft_beam.WriteTransformFn(str(output))
    return str(output)


def tiny_schema(experiment):
    """The curated schema's fields, as far as those examples have them."""
    known = schema.load(experiment.data.schema)
    for feature in list(known.feature):
        if feature.name not in tasks.find_task(experiment).features:
            known.feature.remove(feature)
    return known
