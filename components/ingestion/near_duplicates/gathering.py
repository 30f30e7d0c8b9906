"""The part of the Beam pipeline that keeps images which look alike in one split.

Sixteen bytes of each image are gathered in one process; nothing else of it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import apache_beam as beam
import numpy as np

from components.ingestion import examination, file_warnings, rejects
from components.ingestion.examination import ExaminedFile
from components.ingestion.near_duplicates import groups
from components.ingestion.near_duplicates.groups import PREFIX, Groups
from components.ingestion.options import IngestionOptions

Item = tuple[int, ExaminedFile]  # The shard of a file, and the file.


def keep_together(
    examined: beam.PCollection[Item], options: IngestionOptions
) -> beam.PCollection[Item]:
    """Adds the steps that find groups, and that give their images one split."""
    found = examined | "FindGroups" >> beam.CombineGlobally(FindGroups())
    return examined | "KeepTogether" >> beam.Map(
        choose_together, beam.pvalue.AsSingleton(found), options
    )


class FindGroups(beam.CombineFn):
    """Finds the groups of all files that are not rejects.

    Those that a person removed count, so that no other image changes its split.
    """

    def create_accumulator(self) -> bytearray:
        """Nothing yet."""
        return bytearray()

    def add_input(self, gathered: bytearray, item: Item) -> bytearray:
        """Adds eight bytes of the file's digest, and the eight of its look."""
        file = item[1]
        if file.reason in ("", rejects.REMOVED):
            gathered += bytes.fromhex(file.digest[:PREFIX] + file.look)
        return gathered

    def merge_accumulators(self, several: Iterable[bytearray]) -> bytearray:
        """Joins what several workers have gathered."""
        return bytearray().join(several)

    def extract_output(self, gathered: bytearray) -> Groups:
        """Finds the groups."""
        columns = np.frombuffer(gathered, ">u8").astype(np.uint64).reshape(-1, 2)
        return groups.find(columns[:, 0], columns[:, 1])


def choose_together(item: Item, found: Groups, options: IngestionOptions) -> Item:
    """Notes the file's group. Its leader decides what the folder leaves open of the split."""
    shard, file = item
    if file.reason:
        return item
    if found.all_alike:
        return shard, replace(file, warnings=(*file.warnings, file_warnings.LOOKS_LIKE_OTHERS))
    leader = found.find_leader(file.digest)
    if leader and options.near_duplicates == "together":
        split = examination.choose_split_of(file.given_split, leader, options.ratios)
        return shard, replace(file, group=leader, split=split)
    return shard, replace(file, group=leader)
