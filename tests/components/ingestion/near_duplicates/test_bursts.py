"""Ingestion keeps images of one scene in one split, and says how many there are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from components.ingestion.near_duplicates.counts import NearDuplicates
from tests.fakes import image_files
from tests.fakes.image_files import put
from tests.fakes.images import scenes
from tests.fakes.ingested import ingest
from trainer.data import records

SCENES = 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return scenes.bursts(tmp_path_factory.mktemp("folder"), SCENES)


def splits_of_scenes(run):
    """The splits in which each scene has images."""
    found = {}
    for split in records.SPLITS:
        for record in run.records(split):
            scene = record[records.FILENAME].decode().split("-")[0]
            found.setdefault(scene, set()).add(split)
    return found


def count_parted(run):
    return sum(len(splits) > 1 for splits in splits_of_scenes(run).values())


def test_each_burst_is_in_one_split(folder, tmp_path):
    found = ingest(folder, tmp_path)

    assert (len(splits_of_scenes(found)), count_parted(found)) == (SCENES, 0)
    assert found.summary.near_duplicates == NearDuplicates(SCENES, 2 * SCENES, parted=0)
    assert found.summary.warnings == {}


def test_apart_means_that_each_image_has_its_own_split(folder, tmp_path):
    found = ingest(folder, tmp_path, near_duplicates="apart")

    assert 20 <= count_parted(found) <= 50  # 34 are expected with the ratios 8 : 1 : 1.
    assert found.summary.near_duplicates.parted == count_parted(found)


def test_a_second_run_writes_the_same_splits(folder, tmp_path):
    first, second = (splits_of_scenes(ingest(folder, tmp_path / name)) for name in "12")

    assert first == second


def test_given_splits_stay_and_near_duplicates_between_them_are_counted(tmp_path):
    for seed in range(12):
        first, later = scenes.burst(seed)
        path = f"{'ab'[seed % 2]}/{seed}.jpg"
        put(tmp_path / "data", {f"train/{path}": first, f"test/{path}": later})
        put(tmp_path / "data", {f"val/{path}": scenes.burst(100 + seed)[0]})

    found = ingest(tmp_path / "data", tmp_path / "out")

    assert found.summary.examples == {"train": 12, "val": 12, "test": 12}
    assert found.summary.near_duplicates == NearDuplicates(12, 24, parted=12)


def test_images_of_one_scene_go_together_from_train_to_val(tmp_path):
    scenes.bursts(tmp_path / "train", 40)
    put(tmp_path, {f"test/{'ab'[n % 2]}/{n}.jpg": scenes.burst(100 + n)[0] for n in range(12)})

    found = ingest(tmp_path, tmp_path.parent / "out")

    assert found.summary.val_from_train > 0
    assert found.summary.examples["test"] == 12
    assert (len(splits_of_scenes(found)), count_parted(found)) == (52, 0)
    assert found.summary.near_duplicates == NearDuplicates(40, 80)


def test_images_that_all_look_alike_are_split_by_content_with_a_warning(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")

    together, apart = (
        ingest(folder, tmp_path / value, near_duplicates=value) for value in ("together", "apart")
    )

    assert together.summary.examples == apart.summary.examples
    assert together.summary.near_duplicates == NearDuplicates()
    assert together.summary.warnings == {"looks_like_others": 80}


@pytest.mark.skipif(not image_files.PHOTOGRAPHS.is_dir(), reason="the photographs are not here")
def test_bursts_of_photographs_are_kept_together_and_others_are_not_joined(tmp_path):
    for number, path in enumerate(sorted(image_files.PHOTOGRAPHS.rglob("*.jpg"))[::18]):
        first, later = scenes.burst_of(np.asarray(Image.open(path).convert("RGB")))
        stem = f"{path.parent.name}/{number}"
        put(tmp_path / "data", {f"{stem}-1.jpg": first, f"{stem}-2.jpg": later})

    found = ingest(tmp_path / "data", tmp_path / "out")

    assert (len(splits_of_scenes(found)), count_parted(found)) == (SCENES, 0)
    assert found.summary.near_duplicates == NearDuplicates(SCENES, 2 * SCENES)
