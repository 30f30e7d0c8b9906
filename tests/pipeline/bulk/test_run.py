"""Bulk predictions on Beam's runner in this process, by real SavedModels, for classes and masks."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from PIL import Image

from components.errors import DataError
from pipeline.beam import IN_PROCESS
from pipeline.bulk import summary
from pipeline.bulk.models import find_model
from pipeline.bulk.run import Bulk, answer
from tests.fakes import saved_models, saved_segmenter, tiny, uncertain
from tests.fakes.image_files import put
from tests.fakes.saved_models import draw
from trainer.data import records
from trainer.export import saved_model

COLOURS = ("red", "green", "blue")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "colours"
    saved_models.publish(folder, 3)
    saved_models.publish(folder, 10)
    return find_model(str(folder))


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return find_model(str(saved_segmenter.publish(folder, 1)))


@pytest.fixture
def images(tmp_path):
    files = {f"{colour}/{n}.png": draw(colour, 8 + n) for colour in COLOURS for n in range(9)}
    bad = {"red/cut.png": draw("red", 99, 99)[:-60], "blue/empty.jpg": b""}
    others = {"red/notes.txt": b"notes", ".hidden.png": b"", "film": b"film"}
    return str(put(tmp_path / "in", {**files, **bad, **others}))


def run(source, folder, model, form="parquet"):
    bulk = Bulk(source, str(folder / "out"), model, form)
    return answer(bulk, IN_PROCESS), bulk.output


def read_rows(output):
    return [row for file in files(output, "answers") for row in pq.read_table(file).to_pylist()]


def read_rejects(output):
    texts = [file.read_text("utf-8") for file in files(output, "rejects")]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text))]


def files(output, kind):
    return sorted(Path(output).glob(f"{kind}-*"))


def test_every_image_of_a_folder_is_answered_or_rejected(images, tmp_path, classifier):
    found, output = run(images, tmp_path, classifier)

    assert (found.found, found.answers, found.rejects) == (29, 27, 2)
    assert found.left_out == {"annotation_file": 1, "hidden_file": 1, "not_an_image": 1}
    assert found.model.endswith("colours/10")
    rows = read_rows(output)
    assert {row["file"].split("/")[0]: row["label"] for row in rows} == {c: c for c in COLOURS}
    assert len({row["source"] for row in rows}) == 27
    assert all(len(row["probabilities"]) == 3 for row in rows)
    assert {row["file"] for row in read_rejects(output)} == {"red/cut.png", "blue/empty.jpg"}
    assert summary.read(output) == found


def test_nothing_but_complete_files_is_left(images, tmp_path, classifier):
    _, output = run(images, tmp_path, classifier)

    names = {path.name for path in Path(output).iterdir()}
    kept = {path.name for kind in ("answers", "rejects") for path in files(output, kind)}
    assert names == kept | {"summary.json"}


def test_masks_go_to_examples_in_records(tmp_path, segmenter):
    place = put(tmp_path / "in", {"a/x.png": draw("red", 9, 5), "b/x.png": draw("blue", 7, 4)})

    _, output = run(str(place), tmp_path, segmenter, "tfrecord")

    rows = tf.data.TFRecordDataset([str(file) for file in files(output, "answers")])
    found = [tf.train.Example.FromString(row).features.feature for row in rows.as_numpy_iterator()]
    masks = {get(row, "file"): read_mask(get(row, "mask_bytes")) for row in found}
    assert {name: mask.shape for name, mask in masks.items()} == {
        b"a/x.png": (5, 9),
        b"b/x.png": (4, 7),
    }
    assert (masks[b"a/x.png"] == saved_segmenter.LABELS.index("red")).all()
    assert sum(found[0]["class_fractions"].float_list.value) == pytest.approx(1)


def get(features, name):
    return features[name].bytes_list.value[0]


def read_mask(encoded):
    return np.asarray(Image.open(io.BytesIO(encoded)))


def test_the_examples_of_ingestion_are_answered(tmp_path, classifier):
    folder = tmp_path / "in" / "Split-test"
    folder.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(folder / "data_tfrecord-00000-of-00001")) as writer:
        for name in COLOURS:
            fields = {records.ENCODED: draw(name), records.FILENAME: f"{name}.png"}
            writer.write(records.to_example(fields).SerializeToString())
        writer.write(records.to_example({records.FILENAME: "none.png"}).SerializeToString())
        writer.write(b"no example")

    found, output = run(str(tmp_path / "in"), tmp_path, classifier)

    assert (found.found, found.answers, found.rejects) == (5, 3, 2)
    assert {row["file"]: row["label"] for row in read_rows(output)} == {
        f"{name}.png": name for name in COLOURS
    }
    places = [row["source"].rpartition("/")[2] for row in read_rejects(output)]
    assert sorted(places) == [f"data_tfrecord-00000-of-00001#{n}" for n in (3, 4)]


def test_a_damaged_file_of_records_keeps_what_precedes_the_damage(tmp_path, classifier):
    path = tmp_path / "a.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for name in COLOURS:
            writer.write(records.to_example({records.ENCODED: draw(name)}).SerializeToString())
    path.write_bytes(path.read_bytes()[:-30])

    found, output = run(str(path), tmp_path, classifier)

    assert (found.found, found.answers, found.rejects) == (3, 2, 1)
    assert read_rejects(output)[0]["source"] == f"{path}#2"


def test_masks_in_parquet_are_bytes(tmp_path, segmenter):
    place = put(tmp_path / "in", {"x.png": draw("white", 9, 5)})

    _, output = run(str(place / "*.png"), tmp_path, segmenter)

    (row,) = read_rows(output)
    assert Image.open(io.BytesIO(row["mask_bytes"])).size == (9, 5)
    assert row["labels"] == list(saved_segmenter.LABELS)


def test_an_output_that_exists_is_not_mixed_with_new_answers(images, tmp_path, classifier):
    (tmp_path / "out").mkdir()

    with pytest.raises(DataError, match="exists: choose another folder"):
        run(images, tmp_path, classifier)


def test_a_source_without_files_is_refused(tmp_path, classifier):
    with pytest.raises(DataError, match="nowhere has no files"):
        run(str(tmp_path / "nowhere"), tmp_path, classifier)


@pytest.mark.parametrize("form", ["parquet", "tfrecord"])
def test_unknown_answers_are_flagged_in_a_column(tmp_path, form):
    saved_model.save_module(uncertain.classifier(), str(tmp_path / "model" / "1"))
    drawn = {f"{red}.png": tiny.png(uncertain.draw(red)) for red in (153, 255)}
    source = str(put(tmp_path / "in", drawn))

    _, output = run(source, tmp_path, find_model(str(tmp_path / "model")), form)

    if form == "parquet":
        found = [row["unknown"] for row in read_rows(output)]
    else:
        records_of = (tf.data.TFRecordDataset(str(file)) for file in files(output, "answers"))
        rows = [tf.train.Example.FromString(row.numpy()) for each in records_of for row in each]
        found = [row.features.feature["unknown"].int64_list.value[0] for row in rows]
    assert sorted(found) == [False, True]
