"""The timed ingestion writes the same records as any other."""

from __future__ import annotations

import pytest

from components.errors import DataError
from pipeline.bench.ingestion import ingest
from tests.fakes import tiny
from tests.fakes.image_files import class_folders, put
from trainer.data import input_pipeline

DATA = tiny.EXPERIMENT.data


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    folder = put(class_folders(tmp_path_factory.mktemp("images")), {"a/empty.jpg": b""})
    return ingest(folder, tmp_path_factory.mktemp("out"), DATA)


def test_it_counts_the_files_found(ingested):
    assert ingested.lap.items == 81
    assert ingested.lap.rate > 0


def test_its_splits_contain_all_files_but_the_rejects(ingested):
    counts = {
        split: input_pipeline.count_examples(ingested.files(split))
        for split in ("train", "val", "test")
    }

    assert sum(counts.values()) == 80
    assert counts == ingested.summary.examples


def test_it_names_the_classes_found(ingested):
    assert ingested.labels == ("a", "b")


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(DataError):
        ingest(tmp_path / "nowhere", tmp_path / "out", DATA)
