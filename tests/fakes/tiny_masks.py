"""Artifacts of a tiny run on masks: the model names each pixel's strongest colour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from tfx.types import standard_artifacts

from tests.fakes import tiny
from tests.fakes.tiny_runs import artifact, examples_of
from trainer import configs
from trainer.config import ClassUnion
from trainer.data import records
from trainer.export import saved_model
from trainer.export.segmenter import Segmenter

CLASSES = ("red", "green", "blue")
PETS = configs.load("pets", fast=True)
MASK = replace(PETS.data.mask, ground=("green",))
EXPERIMENT = replace(
    PETS,
    name="colours",
    data=replace(PETS.data, classes=CLASSES, mask=MASK),
    unions=(ClassUnion(name="warm", classes=("red", "green")),),
)
BOUNDARIES = (30.0,)
SIZES = ((20, 31), (24, 24), (1, 40), (33, 47), (40, 40), (50, 20))


def by_colour(pixels, _):
    """The channels are the scores."""
    return pixels


def segmenter(scores=by_colour, labels=CLASSES, max_side=64) -> Segmenter:
    limits = tiny.LIMITS._replace(max_side=max_side)
    return Segmenter(scores, labels, BOUNDARIES, limits)


def model_of(folder: Path, scores=by_colour, labels=CLASSES) -> standard_artifacts.Model:
    """What Trainer leaves."""
    model = artifact(standard_artifacts.Model, folder)
    saved_model.save_module(segmenter(scores, labels), f"{model.uri}/Format-Serving")
    return model


def image(number: int) -> np.ndarray:
    return tiny.pixels(*SIZES[number], seed=number)


def truth(number: int) -> np.ndarray:
    """Right for about half of the pixels; some of them do not count."""
    random = np.random.default_rng(100 + number)
    colours = np.argmax(image(number), -1).astype(np.uint8)
    mask = np.where(random.random(colours.shape) < 0.5, colours, 1).astype(np.uint8)
    mask[random.random(colours.shape) < 0.1] = records.IGNORED
    return mask


def record(number: int) -> bytes:
    """A serialized example; those of even numbers are cats."""
    height, width = SIZES[number]
    fields = {
        records.ENCODED: tiny.png(image(number)),
        records.FORMAT: "PNG",
        records.HEIGHT: height,
        records.WIDTH: width,
        records.FILENAME: f"{number}.png",
        records.SHA256: f"{number:064x}",
        records.MASK: tiny.png(truth(number)),
        records.MASK_FORMAT: "PNG",
        records.SPECIES: ("cat", "dog")[number % 2],
    }
    return records.to_example(fields).SerializeToString()


def examples(folder: Path) -> standard_artifacts.Examples:
    return examples_of(folder, [record(number) for number in range(len(SIZES))])
