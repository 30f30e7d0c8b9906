"""`fcn run pets` as a user types it: to masks over gRPC and REST, and a page to look at."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.local import results
from tests.e2e import command, pet_run


def test_a_run_ends_with_a_pushed_version_and_a_page(pets):
    assert pets.code == 0, pets.printed
    assert pets.versions == [pets.result["version"]]
    assert pets.result["report"] in pets.printed
    assert "<html" in Path(pets.result["report"]).read_text()


def test_every_image_is_an_example_or_a_reject(pets):
    images = [path for path in (pets.data / "images").iterdir() if path.is_file()]
    examples, rejects = pets.result["examples"], pets.result["rejects"]

    assert pets.result["files"] == len(images)
    assert sum(examples.values()) + sum(rejects.values()) == len(images)
    assert sum(rejects.values()) == len(pet_run.BAD_PAIRS)


def test_each_bad_pair_is_a_reject_for_its_own_reason(pets):
    rows = Path(pets.result["rejects_file"]).read_text()

    for path, reason in pet_run.BAD_PAIRS.items():
        assert re.search(rf",{re.escape(path)},{reason},", rows), (path, rows)


def test_masks_are_measured_overall_by_class_and_by_slice(pets):
    metrics = pets.result["metrics"]

    assert 0 < metrics["mean_iou"] <= metrics["pixel_accuracy"] <= 1
    assert list(pets.result["classes"]) == ["pet", "background", "border"]
    measured = [row["iou"] for row in pets.result["classes"].values()]
    assert np.mean(measured) == pytest.approx(metrics["mean_iou"], abs=1e-6)
    assert any("size bucket" in name for name in pets.result["slices"])


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_predict_writes_a_mask_and_an_overlay_for_each_image(pets, pet_server, protocol):
    listed = (pets.data / "annotations" / "list.txt").read_text().splitlines()
    names = [listed[-1].split()[0], *pet_run.CORNER_CASES]
    paths = [pets.data / "images" / f"{name}.jpg" for name in names]
    out = pets.home / protocol
    options = ["--server", pet_server[protocol], "--model", "pets", "--output", out, "--json"]

    done = command.fcn("predict", *paths, *options, home=pets.home)

    assert done.returncode == 0, done.stderr
    for path, answer in zip(paths, json.loads(done.stdout), strict=True):
        assert sum(answer["class_fractions"].values()) == pytest.approx(1, abs=1e-4)
        assert Image.open(answer["mask"]).size == Image.open(path).size
        assert np.asarray(Image.open(answer["mask"])).max() < 3
        assert Image.open(answer["overlay"]).width > 0


def test_the_served_version_is_the_one_pushed(pets, pet_server):
    states = command.status(pet_server["http"], "pets")["model_version_status"]

    assert [(s["version"], s["state"]) for s in states] == [(pets.result["version"], "AVAILABLE")]


def test_a_second_run_with_nothing_changed_does_no_work(pets):
    second = pet_run.run(pets.data, pets.home)

    assert second.code == 0, second.printed
    assert second.result["cached"] == list(second.result["seconds"])
    assert second.versions == pets.versions


def test_some_pairs_of_the_test_split_are_at_hand(pets):
    pairs = results.read_test_pairs(str(pets.home / "run"), 3)

    assert len(pairs) == 3
    for name, encoded, mask in pairs:
        assert (pets.data / name).is_file()
        assert Image.open(io.BytesIO(encoded)).size == Image.open(io.BytesIO(mask)).size


def test_own_images_and_masks_need_no_lists(plain):
    assert plain.code == 0, plain.printed
    assert list(plain.result["classes"]) == ["background", "object"]
    assert plain.result["rejects"] == {}
    assert Path(plain.result["report"]).is_file()


def test_a_mask_value_that_nobody_declared_stops_a_run_of_such_masks(plain, tmp_path):
    stopped = pet_run.run(plain.data, tmp_path)  # Declared are 1, 2, 3; there are 0 and 255.

    assert stopped.code == 2, stopped.printed
    assert "mask_value_out_of_range" in stopped.printed
    assert stopped.versions == []
