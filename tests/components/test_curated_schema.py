"""The component that outputs the repository's schema."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tfx.utils import io_utils

from tests.fakes.tiny_runs import EXPERIMENT, schema_of
from trainer import config
from trainer.data import schema
from trainer.data.records import ENCODED, FORMAT


def written(folder, **data):
    experiment = replace(EXPERIMENT, data=replace(EXPERIMENT.data, **data))
    uri = schema_of(folder, config.to_json(experiment)).uri
    return io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(uri))


def test_the_labels_are_the_experiments(tmp_path):
    assert schema.read_classes(written(tmp_path)) == ("blue", "red")


def test_an_experiment_without_classes_leaves_those_of_the_schema(tmp_path):
    assert schema.read_classes(written(tmp_path, classes=())) == schema.read_classes(
        schema.load("flowers")
    )


def test_a_schema_of_any_labels_takes_those_found(tmp_path):
    found = written(tmp_path, schema="images", classes=("cat", "dog"))

    assert schema.read_classes(found) == ("cat", "dog")
    assert {ENCODED, FORMAT} < {feature.name for feature in found.feature}


def test_the_file_has_the_name_that_tfx_looks_for(tmp_path):
    assert [path.name for path in Path(schema_of(tmp_path).uri).iterdir()] == ["schema.pbtxt"]
