"""The part of the Beam pipeline that takes so many images of each class, and no more.

It takes those with the smallest digests: the same folder gives the same images. Memory grows with
the number that is asked for, not with the images.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import apache_beam as beam

from components.ingestion import examination, rejects
from components.ingestion.examination import ExaminedFile
from trainer.data.records import SPLITS

Group = tuple[str, str]  # A split and a class.
LastDigests = dict[Group, str]
Shard = tuple[int, Iterable[ExaminedFile | None]]


def find_last(
    shards: beam.PCollection[Shard], counts: tuple[int, ...] | None
) -> beam.pvalue.AsDict | None:
    """Adds the steps that find the last digest which is taken of each split and class.

    `counts` are those of train, val and test. None takes all images.
    """
    if counts is None:
        return None
    taken = (
        shards
        | "ListDigests" >> beam.ParDo(list_digests)
        | "SmallestDigests" >> beam.combiners.Top.SmallestPerKey(max(counts))
        | "LastDigests" >> beam.Map(choose_last, dict(zip(SPLITS, counts, strict=True)))
    )
    return beam.pvalue.AsDict(taken)


def list_digests(shard: Shard) -> Iterator[tuple[Group, str]]:
    """Yields the group and the digest of each file that can be an example."""
    for file in settle_shard(shard[1], None):
        if not file.reason:
            yield (file.split, file.label), file.digest


def choose_last(smallest: tuple[Group, list[str]], counts: dict[str, int]) -> tuple[Group, str]:
    """Returns the greatest of the digests that the split takes; they are sorted."""
    group, digests = smallest
    return group, digests[: counts[group[0]]][-1]


def settle_shard(
    found: Iterable[ExaminedFile | None], last: LastDigests | None
) -> list[ExaminedFile]:
    """Settles the files of a shard; those after the last digest of their group are surplus."""
    settled = examination.settle(file for file in found if file is not None)
    return [reject_surplus(file, last) for file in settled] if last is not None else settled


def reject_surplus(file: ExaminedFile, last: LastDigests) -> ExaminedFile:
    """Returns the file; as a reject if its split has enough images of its class without it."""
    if file.reason or file.digest <= last[file.split, file.label]:
        return file
    detail = f"data.images_per_class takes fewer images of this class for {file.split}"
    return replace(file, reason=rejects.SURPLUS, detail=detail)
