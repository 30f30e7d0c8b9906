"""The TFX component: its properties, its outputs, and the errors that stop a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tfx.components.statistics_gen.executor import Executor as StatisticsExecutor
from tfx.orchestration.data_types import RuntimeParameter
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.orchestration.pipeline import Pipeline
from tfx.types import standard_artifacts

from components.artifacts import Rejects
from components.errors import DataError
from components.image_example_gen import ImageExampleGen
from components.ingestion import options
from components.ingestion.annotations.masks import MaskReading
from tests.fakes import image_files
from tests.fakes.image_files import jpeg, put
from tests.fakes.ingested import PROPERTIES, in_process, ingest
from trainer.config import DataConfig, MaskConfig
from trainer.data import records

DATA = DataConfig(
    schema="flowers",
    classes=(),
    split_ratios=(8, 1, 1),
    near_duplicates="together",
    min_side=32,
    max_pixels=50_000_000,
    max_reject_fraction=0.05,
    max_share_change=0.1,
    shards=4,
    max_side=128,
    size_buckets=3,
)


def test_exec_properties_are_plain_values_of_the_experiment():
    component = ImageExampleGen("/data", DATA, fingerprint="f00")

    assert component.exec_properties == {
        "input_base": "/data",
        "split_ratios": "[8, 1, 1]",
        "images_per_class": "",
        "near_duplicates": "together",
        "min_side": 32,
        "max_pixels": 50_000_000,
        "max_reject_fraction": 0.05,
        "mask": "",
        "box_classes": "[]",
        "shards": 4,
        "fingerprint": "f00",
        "follow_links": 0,
        "corrections": "",
    }


def test_masks_are_declared_as_one_line_of_json():
    values = {"values": (1, 2), "ignored": 3, "unlisted": "reject", "ground": ("ground",)}
    mask = MaskConfig(**values, oriented="stored", suffix="_mask")

    component = ImageExampleGen("/data", replace(DATA, classes=("pet", "ground"), mask=mask))

    found = options.parse(component.exec_properties)
    assert found.reading == MaskReading((1, 2), 3, "reject", "stored")
    assert found.mask_classes == ("pet", "ground")
    assert found.mask_suffix == "_mask"


RATIOS = {
    "[0.75, 0.15, 0.10]": (15, 3, 2),
    "[0.8, 0.1, 0.1]": (8, 1, 1),
    "[0.3334, 0.3333, 0.3333]": (3334, 3333, 3333),
    "[80, 10, 10]": (80, 10, 10),
}


def test_the_folder_may_be_a_parameter_of_the_run():
    component = ImageExampleGen(RuntimeParameter("data", str), DATA)

    assert component.exec_properties["input_base"].name == "data"
    assert component.outputs["examples"].type is standard_artifacts.Examples
    assert component.outputs["rejects"].type is Rejects


def test_numbers_may_be_floats_or_strings_as_kubeflow_passes_them():
    values = PROPERTIES | {"input_base": "gs://b/d/", "shards": 4.0, "min_side": "32"}

    found = options.parse(values)

    assert (found.input_base, found.shards, found.limits.min_side) == ("gs://b/d", 4, 32)


@pytest.mark.parametrize("ratios", ["[8, 1]", "[0, 0, 0]", "[8, -1, 1]"])
def test_unusable_ratios_are_refused(ratios):
    with pytest.raises(DataError) as raised:
        options.parse(PROPERTIES | {"input_base": "/data", "split_ratios": ratios})

    assert raised.value.reason == "bad_split_ratios"
    assert ratios in str(raised.value)


def test_fractions_split_as_the_whole_numbers_of_their_ratios():
    given = [PROPERTIES | {"input_base": "/data", "split_ratios": text} for text in RATIOS]

    assert [options.parse(values).ratios for values in given] == list(RATIOS.values())


def test_the_numbers_of_images_per_class_reach_ingestion():
    component = ImageExampleGen("/data", replace(DATA, images_per_class=(5, 2, 3)))

    assert options.parse(component.exec_properties).images_per_class == (5, 2, 3)
    assert options.parse(ImageExampleGen("/data", DATA).exec_properties).images_per_class is None


def test_statistics_gen_reads_the_examples(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")
    found = ingest(folder, tmp_path / "out", shards=16)  # More than val and test can fill.

    statistics = statistics_of(found.examples, tmp_path)

    for split in records.SPLITS:
        path = f"{statistics.uri}/Split-{split}/FeatureStats.pb"
        assert number_of_examples(path) == found.summary.examples[split]


def statistics_of(examples, tmp_path):
    statistics = standard_artifacts.ExampleStatistics()
    statistics.uri = str(tmp_path / "statistics")
    context = StatisticsExecutor.Context(tmp_dir=str(tmp_path), make_beam_pipeline_fn=in_process)
    StatisticsExecutor(context).Do({"examples": [examples]}, {"statistics": [statistics]}, {})
    return statistics


def number_of_examples(path):
    import tensorflow_data_validation as tfdv

    return tfdv.load_stats_binary(path).datasets[0].num_examples


def test_too_many_rejects_stop_the_run(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")
    put(folder, {f"a/bad-{n}.jpg": b"x" for n in range(11)})

    with pytest.raises(DataError) as raised:
        ingest(folder, tmp_path / "out", max_reject_fraction=0.05)

    assert raised.value.reason == "too_many_rejects"
    assert "a/bad-0.jpg: not_an_image" in str(raised.value)


def test_a_split_without_examples_stops_the_run(tmp_path):
    put(tmp_path / "folder", {"a/1.jpg": jpeg(1), "b/2.jpg": jpeg(2)})

    with pytest.raises(DataError) as raised:
        ingest(tmp_path / "folder", tmp_path / "out")

    assert raised.value.reason == "split_without_examples"
    assert str(tmp_path / "folder") in str(raised.value)


def test_photographs_are_ingested(tmp_path):
    folder = photographs(tmp_path)

    found = ingest(folder, tmp_path / "out", max_reject_fraction=0.05)

    summary = found.summary
    assert sum(summary.files.values()) == 200
    assert len(found.all_records) == sum(summary.examples.values()) >= 190
    assert 140 <= summary.examples["train"] <= 180
    assert Counter(r[records.FORMAT] for r in found.all_records).keys() == {b"JPEG"}


def photographs(tmp_path):
    """40 photographs of each of five classes; drawn images if there are no photographs."""
    if not image_files.PHOTOGRAPHS.is_dir():
        return image_files.class_folders(tmp_path / "drawn", classes=tuple("abcde"))
    for folder in image_files.PHOTOGRAPHS.iterdir():
        for path in sorted(folder.iterdir())[:40]:
            put(tmp_path / "photographs" / folder.name, {path.name: path.read_bytes()})
    return tmp_path / "photographs"


def test_the_local_runner_ingests_only_what_changed(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")

    executions = [run_locally(folder, tmp_path, fingerprint) for fingerprint in ("1", "1", "2")]

    assert executions == [1, 1, 2]


def run_locally(folder, tmp_path, fingerprint):
    """How many times the examples have been written after one more run."""
    database = tmp_path / "metadata.sqlite"
    pipeline = Pipeline(
        pipeline_name="ingestion",
        pipeline_root=str(tmp_path / "root"),
        components=[ImageExampleGen(str(folder), DATA, fingerprint=fingerprint)],
        enable_cache=True,
        metadata_connection_config=sqlite_metadata_connection_config(str(database)),
    )
    LocalDagRunner().run(pipeline)
    return len(list((tmp_path / "root/ImageExampleGen/examples").iterdir()))
