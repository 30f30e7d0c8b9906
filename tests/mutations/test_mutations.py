"""Whatever a file contains: it is an example that training can read, or it is accounted for."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import islice

import pytest

from tests.fakes import image_files, tiny
from tests.fakes.ingested import PETS, ingest
from tests.mutations.damage import mutate
from trainer import models
from trainer.data import input_pipeline, records
from trainer.data.preprocessing import DataStatistics
from trainer.learning import training

pytestmark = pytest.mark.timeout(3600)
KINDS = {
    "jpg": ("JPEG", "RGB", {}),
    "progressive.jpg": ("JPEG", "RGB", {"progressive": True}),
    "cmyk.jpg": ("JPEG", "CMYK", {}),
    "grey.jpg": ("JPEG", "L", {}),
    "png": ("PNG", "RGB", {}),
    "palette.png": ("PNG", "P", {}),
    "alpha.png": ("PNG", "RGBA", {}),
    "16.png": ("PNG", "I;16", {}),
    "gif": ("GIF", "P", {}),
    "bmp": ("BMP", "RGB", {}),
    "tif": ("TIFF", "RGB", {}),
    "lzw.tif": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "webp": ("WEBP", "RGB", {}),
}
ENOUGH = 40  # Undamaged files of each class, so that each split has some.


def draw(number, kind):
    """A file of a kind, of a content that no other number has."""
    format_, mode, options = KINDS[kind]
    return image_files.file_of(image_files.picture(number).convert(mode), format_, **options)


@pytest.fixture(scope="session")
def classes(tmp_path_factory, mutations, seed):
    """What ingestion made of damaged files in class folders, and how many there were."""
    folder = image_files.class_folders(tmp_path_factory.mktemp("classes"), images=ENOUGH)
    chance = random.Random(seed)
    for number in range(mutations):
        kind = list(KINDS)[number % len(KINDS)]
        damaged = mutate(draw(10_000 + number, kind), chance)
        image_files.put(folder, {f"{'ab'[number % 2]}/damaged-{number}.{kind}": damaged})
    found = ingest(folder, tmp_path_factory.mktemp("out"), max_reject_fraction=1.0)
    return found, 2 * ENOUGH + mutations


@pytest.fixture(scope="session")
def pairs(tmp_path_factory, mutations, seed):
    """The same of images with masks: the image is damaged, or the mask, or both."""
    folder = image_files.plain_pairs(tmp_path_factory.mktemp("pairs"), count=ENOUGH)
    chance = random.Random(seed + 1)
    for number in range(mutations):
        kind = list(KINDS)[number % len(KINDS)]
        image, mask = draw(10_000 + number, kind), draw_mask(number)
        which = number % 3
        image = mutate(image, chance) if which != 1 else image
        mask = mutate(mask, chance) if which != 0 else mask
        name = f"damaged-{number}"
        image_files.put(folder, {f"images/{name}.{kind.rpartition('.')[2]}": image})
        image_files.put(folder, {f"masks/{name}.png": mask})
    found = ingest(
        folder, tmp_path_factory.mktemp("out"), max_reject_fraction=1.0, mask=json.dumps(PETS)
    )
    return found, ENOUGH + mutations


def draw_mask(number):
    mask = image_files.mask(1, 2, 3)
    return image_files.file_of(mask if number % 2 else mask.convert("P"), "PNG")


@pytest.mark.parametrize("task", ["classes", "pairs"])
def test_every_file_is_an_example_or_a_reject(request, task):
    found, files = request.getfixturevalue(task)
    summary = found.summary

    examples, rejects = sum(summary.examples.values()), sum(summary.reasons.values())
    print(f"{task}: {files} files = {examples} examples + {rejects} rejects {summary.reasons}")

    assert sum(summary.files.values()) == files
    assert examples + rejects == files
    assert examples == sum(len(found.records(split)) for split in records.SPLITS)
    assert rejects > 0


@pytest.mark.parametrize("task", ["classes", "pairs"])
def test_every_example_can_be_read_and_trained_on(request, tmp_path, task):
    found, _ = request.getfixturevalue(task)
    experiment, labels = EXPERIMENTS[task]
    files = {split: list(map(str, found.shards(split))) for split in records.SPLITS}
    for split in records.SPLITS:
        batches = input_pipeline.read_evaluation(files[split], labels, experiment)
        assert sum(len(targets) for _, targets in batches) == found.summary.examples[split]

    model = models.build(experiment.model, STATISTICS[task])
    training.compile_model(model, 1, experiment)
    batches = input_pipeline.read_training(files["train"], labels, experiment)
    losses = [float(model.train_on_batch(*batch)[0]) for batch in islice(batches, 1)]
    assert losses[0] > 0


CLASSES = tuple(PETS["classes"])
MASK = replace(tiny.MASKS.data.mask, values=(1, 2, 3), ground=("background",))
MASKS = replace(tiny.MASKS, data=replace(tiny.MASKS.data, classes=CLASSES, mask=MASK))
EXPERIMENTS = {"classes": (tiny.EXPERIMENT, ("a", "b")), "pairs": (MASKS, CLASSES)}
STATISTICS: dict[str, DataStatistics] = {
    task: replace(tiny.STATISTICS, labels=labels) for task, (_, labels) in EXPERIMENTS.items()
}
