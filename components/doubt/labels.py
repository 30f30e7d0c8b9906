"""Doubts about the labels of images, by probabilities that have not learned them.

They are those of linear heads on frozen features, or of the experiment's own network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.doubt import (
    collection,
    confident_learning,
    features,
    fold_records,
    heads,
    own_network,
    twins,
)
from components.doubt.collection import Collection, Seen
from components.doubt.listing import Doubt, DoubtList
from components.doubt.own_network import OwnNetwork
from components.doubt.twins import Twins
from components.report import pictures
from trainer.data import records
from trainer.model_config import Lite0Config

Labels = NDArray[np.intp]


class Judged(NamedTuple):
    """Images, their labels and near-duplicates, and what does not know the labels says of them."""

    images: Collection
    groups: Sequence[str]
    classes: tuple[str, ...]
    labels: Labels  # [N]: positions in `classes`.
    probabilities: NDArray[np.floating[Any]]  # [N, C]


def judge_by_heads(examples: str, config: Lite0Config) -> Judged:
    """The images in a folder of examples, judged by heads on features of EfficientNet-Lite0.

    Raises ValueError if the images have fewer than two labels or are too few.
    """
    images, values = features.collect(examples, config)
    groups, (classes, labels) = images.find_groups(), number_labels(images)
    return Judged(images, groups, classes, labels, predict(values, labels, groups))


def judge_by_network(examples: str, own: OwnNetwork) -> Judged:
    """The same, judged by the experiment's own network, trained without the image's fold."""
    images = collection.collect(examples)
    groups, (classes, labels) = images.find_groups(), number_labels(images)
    if unknown := sorted({*classes} - {*own.statistics.labels}):
        raise ValueError(f"The label {unknown[0]!r} is not in the training split: add it there.")
    fold_of = fold_records.assign(images, groups, own.folds)
    digests = [image.sha256 for image in images.images]
    found = own_network.predict(examples, fold_of, digests, own)
    columns = [own.statistics.labels.index(each) for each in classes]
    return Judged(images, groups, classes, labels, found[:, columns])


def list_doubts(judged: Judged, examples: str, name: str, *, most: int) -> DoubtList:
    """The first `most` doubts about the labels in a folder of examples."""
    order, doubted = confident_learning.rank(judged.probabilities, judged.labels)
    similar = Twins(judged.images, judged.groups)
    found = [
        describe(judged.images.images[n], judged.probabilities[n], judged.classes, similar)
        for n in order[: min(most, doubted)]
    ]
    contradictions = similar.find_contradictions()
    return DoubtList(
        name=name,
        kind="label",
        images=len(judged.labels),
        left=judged.images.left,
        doubted=doubted,
        doubts=add_pictures(found, read_pictures(examples, {d.sha256 for d in found})),
        classes=judged.classes,
        twin_groups=tuple(twins.shorten(each) for each in contradictions[: twins.GROUPS]),
        twin_group_count=len(contradictions),
    )


def predict(values: features.Features, labels: Labels, groups: Sequence[str]) -> features.Features:
    """Probabilities [N, C] of heads that have learned neither an image's label nor doubtful ones.

    Heads on all labels find the doubtful ones; those that count are learned without them.
    """
    first = heads.predict(values, labels, groups)
    trusted = ~confident_learning.prune_by_noise_rate(first, labels)
    return heads.predict(values, labels, groups, trusted)


def number_labels(images: Collection) -> tuple[tuple[str, ...], Labels]:
    """The classes, sorted, and the number [N] of each image's label. Raises ValueError for one."""
    names, numbers = np.unique([image.label for image in images.images], return_inverse=True)
    if len(names) < 2:
        raise ValueError("The images have fewer than two labels: there is nothing to compare.")
    return tuple(map(str, names)), numbers.astype(np.intp)


def describe(
    image: Seen, probabilities: NDArray[np.floating[Any]], classes: tuple[str, ...], similar: Twins
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
        for rows in collection.read_batches(
            collection.read_split(examples, split), collection.BATCH
        ):
            for row in rows:
                if (digest := row[records.SHA256].decode()) in wanted:
                    found[digest] = pictures.encode_image(row[records.ENCODED])
    return found
