"""Doubts about the labels of images: frozen features, heads on other folds, confident learning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from components.report import pictures
from pipeline.doubt import confident_learning, features, folds, twins
from pipeline.doubt.features import Collection, Seen
from pipeline.doubt.listing import Doubt, DoubtList
from pipeline.doubt.twins import Twins
from trainer.data import records
from trainer.model_config import Lite0Config


def find(examples: str, name: str, config: Lite0Config, *, most: int) -> DoubtList:
    """The first `most` doubts about the labels in a folder of examples.

    Raises ValueError if the images have fewer than two labels or are too few.
    """
    collection = features.collect(examples, config)
    groups = collection.find_groups()
    classes, labels = number_labels(collection)
    probabilities = predict(collection, labels, groups)
    order, doubted = confident_learning.rank(probabilities, labels)
    similar = Twins(collection, groups)
    found = [
        describe(collection.images[n], probabilities[n], classes, similar)
        for n in order[: min(most, doubted)]
    ]
    contradictions = similar.find_contradictions()
    return DoubtList(
        name=name,
        kind="label",
        images=len(labels),
        left=collection.left,
        doubted=doubted,
        doubts=add_pictures(found, read_pictures(examples, {d.sha256 for d in found})),
        classes=classes,
        twin_groups=tuple(twins.shorten(each) for each in contradictions[: twins.GROUPS]),
        twin_group_count=len(contradictions),
    )


def predict(
    collection: Collection, labels: NDArray[np.intp], groups: Sequence[str]
) -> NDArray[np.floating]:
    """Probabilities [N, C] of heads that have learned neither an image's label nor doubtful ones.

    Heads on all labels find the doubtful ones; those that count are learned without them.
    """
    first = folds.predict(collection.features, labels, groups)
    trusted = ~confident_learning.prune_by_noise_rate(first, labels)
    return folds.predict(collection.features, labels, groups, trusted)


def number_labels(collection: Collection) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The classes, sorted, and the number [N] of each image's label. Raises ValueError for one."""
    names, numbers = np.unique([image.label for image in collection.images], return_inverse=True)
    if len(names) < 2:
        raise ValueError("The images have fewer than two labels: there is nothing to compare.")
    return tuple(map(str, names)), numbers.astype(np.intp)


def describe(
    image: Seen, probabilities: NDArray[np.floating], classes: tuple[str, ...], similar: Twins
) -> Doubt:
    """One doubt, without its picture: the likely class is the most probable other one."""
    given = classes.index(image.label)
    others = np.where(np.arange(len(classes)) == given, -1.0, probabilities)
    likely = int(others.argmax())
    twin_images = similar.find(image)
    return Doubt(
        sha256=image.sha256,
        path=image.path,
        split=image.split,
        label=image.label,
        given=image.label,
        likely=classes[likely],
        confidence=float(probabilities[likely]),
        given_confidence=float(probabilities[given]),
        twins=twins.shorten(twin_images),
        twin_count=len(twin_images),
    )


def add_pictures(found: Iterable[Doubt], shown: Mapping[str, str]) -> tuple[Doubt, ...]:
    """The doubts with their pictures."""
    return tuple(Doubt(**(vars(each) | {"pictures": (shown[each.sha256],)})) for each in found)


def read_pictures(examples: str, wanted: set[str]) -> dict[str, str]:
    """Data URIs of the images with these digests."""
    found: dict[str, str] = {}
    for split in records.SPLITS:
        for rows in features.read_batches(features.read_split(examples, split)):
            for row in rows:
                if (digest := row[records.SHA256].decode()) in wanted:
                    found[digest] = pictures.encode_image(row[records.ENCODED])
    return found
