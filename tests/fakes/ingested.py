"""Runs ingestion as TFX does, in this process, for the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import tensorflow as tf
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts

from components.artifacts import Rejects
from components.image_example_gen import IngestionExecutor
from components.ingestion import rejects, summary
from trainer.data import records

PROPERTIES = {
    "split_ratios": "[8, 1, 1]",
    "near_duplicates": "together",  # Pictures that `image_files` draws are all alike: no groups.
    "min_side": 16,
    "max_pixels": 1_000_000,
    "max_reject_fraction": 0.5,
    "shards": 2,
    "mask": "",
    "box_classes": "[]",
    "fingerprint": "",
}
PETS = {
    "values": [1, 2, 3],
    "ignored": None,
    "unlisted": "keep",
    "oriented": "auto",
    "suffix": "",
    "classes": ["pet", "background", "border"],
}


@dataclass(frozen=True)
class Ingested:
    """Where a run wrote, and how to read it."""

    examples: standard_artifacts.Examples
    rejects_uri: str

    @property
    def summary(self):
        return summary.read(self.rejects_uri)

    @property
    def rejects(self):
        return rejects.read(self.rejects_uri)

    @property
    def reasons(self):
        return {reject.path: reject.reason for reject in self.rejects}

    def shards(self, split):
        return sorted(Path(self.examples.uri, f"Split-{split}").iterdir())

    def records(self, split):
        paths = [str(path) for path in self.shards(split)]
        serialized = tf.data.TFRecordDataset(paths).as_numpy_iterator()
        return [fields_of(tf.train.Example.FromString(text)) for text in serialized]

    @property
    def all_records(self):
        return [record for split in records.SPLITS for record in self.records(split)]


def fields_of(example):
    features = example.features.feature
    return {
        name: (f.bytes_list.value or f.int64_list.value or f.float_list.value)[0]
        for name, f in features.items()
    }


def ingest(folder: Path, out: Path, **properties) -> Ingested:
    """Ingests the folder with PROPERTIES, changed as told."""
    found = Ingested(standard_artifacts.Examples(), str(out / "rejects"))
    table = Rejects()
    found.examples.uri, table.uri = str(out / "examples"), found.rejects_uri
    for artifact in (found.examples, table):
        Path(artifact.uri).mkdir(parents=True)

    context = BaseBeamExecutor.Context(tmp_dir=str(out), make_beam_pipeline_fn=in_process)
    values = PROPERTIES | {"input_base": str(folder)} | properties
    outputs = {"examples": [found.examples], "rejects": [table]}
    IngestionExecutor(context).Do({}, outputs, json.loads(json.dumps(values)))
    return found


def ingest_pairs(folder: Path, out: Path, **mask) -> Ingested:
    """The same of images and masks, read as PETS, changed as told."""
    return ingest(folder, out, mask=json.dumps(PETS | mask))


def in_process() -> beam.Pipeline:
    return beam.Pipeline(runner=FnApiRunner())
