"""How values of an experiment are replaced by name, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import tiny
from trainer import configs, overrides
from trainer.config import Threshold

EXPERIMENT = tiny.EXPERIMENT


@pytest.mark.parametrize(
    ("override", "group", "name", "value"),
    [
        pytest.param("train.epochs=5", "train", "epochs", 5, id="number"),
        pytest.param("train.learning_rate=1", "train", "learning_rate", 1.0, id="whole-as-float"),
        pytest.param("model.head=dense", "model", "head", "dense", id="text"),
        pytest.param('model.head="dense"', "model", "head", "dense", id="text-as-json"),
        pytest.param("model.widths=[4, 6]", "model", "widths", (4, 6), id="tuple"),
        pytest.param('data.classes=["a", "b=c"]', "data", "classes", ("a", "b=c"), id="equals"),
    ],
)
def test_an_override_replaces_one_value(override, group, name, value):
    changed = overrides.with_overrides(EXPERIMENT, [override])

    before = getattr(EXPERIMENT, group)
    assert changed == replace(EXPERIMENT, **{group: replace(before, **{name: value})})


def test_the_gate_is_replaced_as_a_whole():
    gate = '[{"metric": "accuracy", "at_least": 0.3, "each_class": true}]'
    changed = overrides.with_overrides(EXPERIMENT, [f"gate={gate}"])

    assert changed.gate == (Threshold(metric="accuracy", at_least=0.3, each_class=True),)


def test_the_last_of_two_overrides_counts():
    changed = overrides.with_overrides(EXPERIMENT, ["train.epochs=5", "train.epochs=7"])

    assert changed.train.epochs == 7


@pytest.mark.parametrize(
    ("override", "message"),
    [
        pytest.param("train.epochs", "'train.epochs' is no NAME=VALUE", id="no-equals"),
        pytest.param("train.epocs=5", "'train.epocs'.*Did you mean train.epochs?", id="near"),
        pytest.param("epochs=5", "There are: name, data.schema, .*train.epochs", id="no-group"),
        pytest.param("train=5", "No value 'train'", id="a-group-is-no-value"),
        pytest.param("train.epochs=many", 'train.epochs="many": .*integer', id="text"),
        pytest.param("train.epochs=5.5", "train.epochs=5.5: .*integer", id="fraction"),
        pytest.param("train.epochs=true", "train.epochs=true: .*integer", id="bool"),
        pytest.param("name=5", "name=5: .*string", id="number-for-text"),
        pytest.param("model.head=round", "model.head=\"round\": .*'conv' or 'dense'", id="choice"),
        pytest.param("model.widths=8", "model.widths=8: .*array", id="no-tuple"),
        pytest.param('gate=[{"metric": "accuracy"}]', "gate.0.at_least: .*required", id="missing"),
        pytest.param(
            'gate=[{"metric": "accuracy", "at_least": 0.5, "each": true}]',
            "gate.0.each=true: Unexpected",
            id="unknown-in-the-gate",
        ),
        pytest.param(
            'gate=[{"metric": "accuracy", "at_least": 0.5, "each_class": 1}]',
            "gate.0.each_class=1: .*boolean",
            id="number-for-bool",
        ),
    ],
)
def test_an_override_that_does_not_fit_is_refused(override, message):
    with pytest.raises(ValueError, match=message):
        overrides.with_overrides(EXPERIMENT, [override])


@pytest.mark.parametrize(
    "override",
    [
        "train.epochs=0",
        "train.batch_size=0",
        "train.learning_rate=0",
        "train.learning_rate=NaN",
        "train.warmup_epochs=-1",
        "train.label_smoothing=1.5",
        "train.seed=-1",
        "data.max_reject_fraction=2",
        "data.shards=0",
        "data.size_buckets=1",
        "data.split_ratios=[8,1,0]",
        "model.widths=[]",
        "model.dropout=1",
        "augment.min_crop_area=0",
        "augment.max_aspect_change=0.5",
        "name=a/b",
        "name=-rf",
        "name=Birds",
        "name=my_birds",
        "name=9birds",
        "name=birds-",
        f"name={'b' * 64}",
        "data.schema=../birds",
    ],
)
def test_a_value_that_no_run_could_use_is_refused(override):
    name = override.partition("=")[0]

    with pytest.raises(ValueError, match=f"^{name}.*: .* should "):
        overrides.with_overrides(EXPERIMENT, [override])


def test_a_name_that_kubernetes_takes_is_taken():
    assert overrides.with_overrides(EXPERIMENT, ["name=birds-2"]).name == "birds-2"


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(ValueError, match=r"train\.epochs=0: .*train\.batch_size=0: "):
        overrides.with_overrides(EXPERIMENT, ["train.epochs=0", "train.batch_size=0"])


def test_a_side_off_the_grid_is_refused_with_one_that_is_on_it():
    with pytest.raises(ValueError, match="side=100 is no multiple of grid=8: take 96"):
        overrides.with_overrides(EXPERIMENT, ["augment.side=100"])


def test_the_names_are_those_that_an_override_may_use():
    names = overrides.names(EXPERIMENT)

    assert {"name", "data.schema", "train.epochs", "gate"} <= set(names)
    assert "train" not in names


def test_another_model_comes_with_its_own_values():
    changed = overrides.with_overrides(
        configs.load("pets"), ["model.name=fcn8s", "model.weights=none", "model.width=0.5"]
    )

    assert (changed.model.name, changed.model.width) == ("fcn8s", 0.5)


def test_an_unknown_model_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match="'unet_small', 'fcn8s'"):
        overrides.with_overrides(configs.load("pets"), ["model.name=unet_large"])
