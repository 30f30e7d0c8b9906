"""Finds the doubts about labels or masks, by whoever is to judge them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from components.doubt import labels, regions
from components.doubt.listing import DoubtList
from components.doubt.own_network import OwnNetwork
from trainer.doubt_config import DoubtConfig
from trainer.model_config import Lite0Config


@dataclass(frozen=True)
class Case:
    """The examples of an experiment, and what judges them."""

    name: str  # Of the experiment.
    kind: Literal["label", "mask"]
    examples: str
    config: DoubtConfig
    segmenter: str = ""  # The SavedModel that judges masks, if the own network is not trained.
    own: OwnNetwork | None = None


def find(case: Case) -> DoubtList:
    """The doubts. Raises ValueError for images that cannot be judged."""
    if case.kind == "mask":
        return find_in_masks(case)
    judged = (
        labels.judge_by_network(case.examples, case.own)
        if case.own
        else labels.judge_by_heads(case.examples, Lite0Config(weights=case.config.weights))
    )
    return labels.list_doubts(judged, case.examples, case.name, most=case.config.most)


def find_in_masks(case: Case) -> DoubtList:
    """The same for masks."""
    if case.own:
        judged, left = regions.judge_by_network(case.examples, case.own)
    else:
        judged, left = regions.judge_all(case.examples, regions.read_segmenter(case.segmenter)), 0
    return regions.list_doubts(judged, case.name, most=case.config.most, left=left)
