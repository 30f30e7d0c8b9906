"""The component's page and list: of labels, of masks, and by the network's own folds."""

from __future__ import annotations

from pathlib import Path

from tfx.types import standard_artifacts

from components import label_doubts
from components.artifacts import Doubts
from components.doubt import listing
from components.label_doubts import LabelDoubts
from tests.fakes import doubtful, tiny
from tests.fakes.tiny_runs import artifact
from trainer import models
from trainer.export import saved_model


def judge(folder, examples, kind, **given):
    """The list, after the page was written too."""
    doubts = artifact(Doubts, folder)
    options = {"most": 3, "weights": "none", "own_folds": 0, "recipe": ""}
    LabelDoubts.test_call(
        examples=examples, doubts=doubts, name="tiny", kind=kind, **(options | given)
    )
    assert "<h1>tiny" in Path(doubts.uri, label_doubts.PAGE).read_text()
    return listing.read(Path(doubts.uri, label_doubts.LIST))


def test_labels_need_no_model(tmp_path):
    found = judge(tmp_path, doubtful.examples(tmp_path), "label")

    assert (found.name, found.kind, found.images) == ("tiny", "label", 40)


def test_masks_are_judged_by_the_runs_model(tmp_path):
    model = artifact(standard_artifacts.Model, tmp_path)
    statistics = tiny.statistics_of(tiny.MASKS)
    network = models.build(tiny.MASKS.model, statistics)
    saved_model.save(network, statistics, tiny.MASKS, f"{model.uri}/Format-Serving")

    found = judge(tmp_path, doubtful.examples(tmp_path, doubtful.masked), "mask", model=model)

    assert (found.kind, found.images) == ("mask", 40)
