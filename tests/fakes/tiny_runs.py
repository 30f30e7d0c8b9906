"""What the steps of a tiny run leave for those that follow: artifacts of two classes of colours."""

from __future__ import annotations

import functools
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import tensorflow as tf
from PIL import Image
from tfx import types
from tfx.components.statistics_gen.executor import Executor as StatisticsExecutor
from tfx.types import artifact_utils, standard_artifacts

from components.curated_schema import CuratedSchema
from pipeline import graph
from pipeline.settings import Settings
from tests.fakes import tiny
from tests.fakes.image_files import put
from tests.fakes.ingested import in_process
from trainer import config, configs
from trainer.data import records
from trainer.data.preprocessing import DataStatistics
from trainer.export import saved_model
from trainer.export.classifier import Classifier

LABELS = ("blue", "red")
COLOURS = {"blue": (0, 0, 255), "red": (255, 0, 0), "green": (0, 255, 0)}
FLOWERS = configs.load("flowers", fast=True)
EXPERIMENT = replace(FLOWERS, name="colours", data=replace(FLOWERS.data, classes=LABELS))
GIVEN = config.to_json(EXPERIMENT)
CLEAN = ("blue", "blue", "blue", "red")  # The labels of each split's examples.


def artifact(kind, folder: Path) -> types.Artifact:
    """An artifact of its own folder, which is there, as TFX has it made for an executor."""
    made = kind()
    made.uri = tempfile.mkdtemp(dir=folder)
    return made


def png(label: str, side: int = 16) -> bytes:
    """A square of the label's colour; no two sides give the same bytes."""
    with tempfile.TemporaryFile() as file:
        Image.new("RGB", (side, side + 2), COLOURS.get(label, (9, 9, 9))).save(file, "PNG")
        file.seek(0)
        return file.read()


def record(label: str, number: int, **changed) -> bytes:
    """A serialized example, its image the larger the higher the number is."""
    side = 16 + 2 * number
    fields = {
        records.ENCODED: png(label, side),
        records.FORMAT: "PNG",
        records.HEIGHT: side + 2,
        records.WIDTH: side,
        records.FILENAME: f"{label}/{number}.png",
        records.SHA256: f"{number:064x}",
        records.LABEL_TEXT: label,
        records.LABEL: 0,
    }
    return records.to_example(fields | changed).SerializeToString()


def examples_of(folder: Path, rows: list[bytes]) -> standard_artifacts.Examples:
    """Examples with the same rows in each split."""
    examples = artifact(standard_artifacts.Examples, folder)
    examples.split_names = artifact_utils.encode_split_names(list(records.SPLITS))
    for split in records.SPLITS:
        shard = put(Path(examples.uri), {f"Split-{split}/data-00000": b""}) / f"Split-{split}"
        with tf.io.TFRecordWriter(str(shard / "data-00000")) as writer:
            for row in rows:
                writer.write(row)
    return examples


def clean_examples(folder: Path) -> standard_artifacts.Examples:
    return examples_of(folder, [record(label, n) for n, label in enumerate(CLEAN)])


def statistics_of(examples: types.Artifact, folder: Path) -> standard_artifacts.ExampleStatistics:
    """What StatisticsGen makes of the examples, asked as the graph asks it."""
    statistics = artifact(standard_artifacts.ExampleStatistics, folder)
    component = graph.make_statistics(types.Channel(standard_artifacts.Examples))
    context = StatisticsExecutor.Context(tmp_dir=str(folder), make_beam_pipeline_fn=in_process)
    StatisticsExecutor(context).Do(
        {"examples": [examples]}, {"statistics": [statistics]}, component.exec_properties
    )
    return statistics


@functools.cache
def clean_statistics() -> standard_artifacts.ExampleStatistics:
    """Of `clean_examples`, made once for a process and only read."""
    folder = lasting()
    return statistics_of(clean_examples(folder), folder)


def lay_out(folder: Path, per_class: int) -> Settings:
    """The folders of a run, with drawn images of each class."""
    names = [(label, seed) for label in tiny.LABELS for seed in range(per_class)]
    put(folder / "data", {f"{label}/{n}.png": tiny.png(tiny.drawn(label, n)) for label, n in names})
    (folder / "run").mkdir()
    places = {"data": "data", "workdir": "run", "push_root": "served"}
    return Settings(**{name: str(folder / place) for name, place in places.items()})


def schema_of(folder: Path, given: str = GIVEN) -> standard_artifacts.Schema:
    """The curated schema with the experiment's classes."""
    schema = artifact(standard_artifacts.Schema, folder)
    data = config.from_json(given).data
    classes = json.dumps(data.classes)
    CuratedSchema.test_call(curated=schema, name=data.schema, classes=classes, fingerprint="")
    return schema


def facts(labels=LABELS, boundaries=(20.0,)) -> DataStatistics:
    return DataStatistics(tuple(labels), (127.0,) * 3, (1.0,) * 3, tuple(boundaries))


def by_colour(pixels, sizes):
    """Probabilities of `LABELS`: how much of an image is blue, and how much red."""
    areas = tf.cast(tf.reduce_prod(sizes, axis=1, keepdims=True), tf.float32)
    return tf.nn.softmax(tf.reduce_sum(pixels, [1, 2])[:, 2::-2] / areas / 64.0)


def save(folder: Path, probabilities=by_colour, data=None) -> Path:
    """A SavedModel with the signatures of every classifier, and these probabilities."""
    saved_model.save_module(classifier(probabilities, data), str(folder))
    return folder


def classifier(probabilities=by_colour, data=None) -> Classifier:
    data = data or facts()
    return Classifier(probabilities, data.labels, data.size_boundaries, tiny.LIMITS)


def model_of(folder: Path, probabilities=by_colour, data=None) -> standard_artifacts.Model:
    """What Trainer leaves."""
    model = artifact(standard_artifacts.Model, folder)
    save(Path(model.uri, "Format-Serving"), probabilities, data)
    return model


def lasting() -> Path:
    """A folder that goes with the process."""
    _FOLDERS.append(tempfile.TemporaryDirectory())
    return Path(_FOLDERS[-1].name)


_FOLDERS: list[tempfile.TemporaryDirectory] = []
