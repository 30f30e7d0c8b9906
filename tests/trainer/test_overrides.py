"""How values of an experiment are replaced by name, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.fakes import tiny
from trainer import configs, overrides
from trainer.config import Threshold, from_json, to_json

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
    changed = overrides.apply_overrides(EXPERIMENT, [override])

    before = getattr(EXPERIMENT, group)
    assert changed == replace(EXPERIMENT, **{group: replace(before, **{name: value})})


def test_the_gate_is_replaced_as_a_whole():
    gate = '[{"metric": "accuracy", "at_least": 0.3, "each_class": true}]'
    changed = overrides.apply_overrides(EXPERIMENT, [f"gate={gate}"])

    assert changed.gate == (Threshold(metric="accuracy", at_least=0.3, each_class=True),)


def test_null_leaves_out_a_part_that_an_experiment_need_not_have():
    changed = overrides.apply_overrides(
        configs.load("flowers-transfer"),
        ["model.name=fcn", "head_phase=null", "train.layer_decay=1.0", "train.fixed_stride=0"],
    )

    assert changed.head_phase is None


def test_the_last_of_two_overrides_counts():
    changed = overrides.apply_overrides(EXPERIMENT, ["train.epochs=5", "train.epochs=7"])

    assert changed.train.epochs == 7


@pytest.mark.parametrize(
    ("override", "named"),
    [
        pytest.param("train.epochs", "train.epochs", id="no-equals"),
        pytest.param("train.epocs=5", "'train.epocs'", id="unknown"),
        pytest.param("train=5", "'train'", id="a-group"),
        pytest.param("train=null", "train=null", id="no-value-for-a-group"),
        pytest.param("train.epochs=many", 'train.epochs="many": ', id="text"),
        pytest.param('train.epochs="5"', 'train.epochs="5": ', id="a-number-as-text"),
        pytest.param("train.epochs=5.5", "train.epochs=5.5: ", id="fraction"),
        pytest.param("train.epochs=5.0", "train.epochs=5.0: ", id="whole-fraction"),
        pytest.param("train.epochs=true", "train.epochs=true: ", id="bool"),
        pytest.param("train.learning_rate=true", "train.learning_rate=true: ", id="bool-as-float"),
        pytest.param('train.dice="0.5"', 'train.dice="0.5": ', id="a-float-as-text"),
        pytest.param("name=5", "name=5: ", id="number-for-text"),
        pytest.param("model.head=round", 'model.head="round": ', id="choice"),
        pytest.param("model.widths=8", "model.widths=8: ", id="not-a-list"),
        pytest.param("model.name=vit", 'model.name="vit": ', id="model"),
        pytest.param('model.name=["fcn"]', 'model.name="[', id="models"),
        pytest.param("gate=[]", "gate=[]: ", id="empty-gate"),
        pytest.param('gate=[{"metric": "accuracy"}]', "gate.0: at_least: ", id="missing"),
        pytest.param('gate=[{"metric": "iou", "at_least": 0.5}]', "gate.metric=iou ", id="metric"),
        pytest.param(
            'gate=[{"metric": "accuracy", "at_least": 0.5, "each": true}]',
            "gate.0.each=true: ",
            id="unknown-in-the-gate",
        ),
        pytest.param(
            'gate=[{"metric": "accuracy", "at_least": 0.5, "each_class": 1}]',
            "gate.0.each_class=1: ",
            id="number-for-bool",
        ),
    ],
)
def test_an_override_that_does_not_fit_is_refused(override, named):
    with pytest.raises(ValueError, match=re.escape(named)):
        overrides.apply_overrides(EXPERIMENT, [override])


def test_the_message_says_what_the_value_should_be():
    with pytest.raises(ValueError, match="epochs") as caught:
        overrides.apply_overrides(EXPERIMENT, ["train.epochs=0"])

    expected = "train.epochs=0: Input should be greater than or equal to 1."
    assert str(caught.value) == expected


def test_the_nearest_name_is_suggested():
    with pytest.raises(ValueError, match=r"train\.epochs\?"):
        overrides.apply_overrides(EXPERIMENT, ["train.epocs=5"])


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
        "data.split_ratios=[0.7,0.2,0.2]",
        "data.split_ratios=[8.0,1.0,1.0]",
        'data.split_ratios=["8",1,1]',
        "data.split_ratios=[true,1,1]",
        "data.split_ratios=[1,1]",
        "data.images_per_class=[9,1,0]",
        "data.images_per_class=9",
        "data.sizing=stretch",
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
        f"name={'b' * 58}",
        "data.schema=../birds",
    ],
)
def test_a_value_that_no_run_could_use_is_refused(override):
    name = override.partition("=")[0]

    with pytest.raises(ValueError, match=f"^{name}.*: "):
        overrides.apply_overrides(EXPERIMENT, [override])


def test_ratios_may_be_fractions_that_add_up_to_1():
    changed = overrides.apply_overrides(EXPERIMENT, ["data.split_ratios=[0.75, 0.15, 0.10]"])

    assert changed.data.split_ratios == (0.75, 0.15, 0.1)
    assert from_json(to_json(changed)) == changed


def test_the_message_about_ratios_has_their_sum():
    with pytest.raises(ValueError, match=r"split_ratios=.*1\.1"):
        overrides.apply_overrides(EXPERIMENT, ["data.split_ratios=[0.7, 0.2, 0.2]"])


@pytest.mark.parametrize(
    "override",
    [
        "data.sizing=resize_with_pad",
        "data.sizing=crop_or_pad",
        "data.crop=[0.0, 0.0, 0.5, 0.5]",
        "serve.crop=[0.0, 0.0, 0.5, 0.5]",
    ],
)
def test_masks_need_all_pixels_of_an_image(override):
    with pytest.raises(ValueError, match=re.escape(override)):
        overrides.apply_overrides(configs.load("pets"), [override])


def test_a_crop_begins_before_it_ends():
    with pytest.raises(ValueError, match=r"data\.crop=\[0\.5, 0\.0, 0\.5, 1\.0\]"):
        overrides.apply_overrides(EXPERIMENT, ["data.crop=[0.5, 0.0, 0.5, 1.0]"])


def test_a_name_that_kubernetes_allows_is_accepted():
    assert overrides.apply_overrides(EXPERIMENT, ["name=birds-2"]).name == "birds-2"
    assert overrides.apply_overrides(EXPERIMENT, [f"name={'b' * 57}"]).name == "b" * 57


def test_all_problems_are_reported_at_once():
    with pytest.raises(ValueError, match=r"train\.epochs=0: .*train\.batch_size=0: "):
        overrides.apply_overrides(EXPERIMENT, ["train.epochs=0", "train.batch_size=0"])


def test_a_side_that_is_not_on_the_grid_is_refused_with_one_that_is():
    with pytest.raises(ValueError, match=r"side=100 .* grid=8.* 96"):
        overrides.apply_overrides(EXPERIMENT, ["augment.side=100"])


def test_the_names_are_those_that_an_override_may_use():
    names = overrides.list_names(EXPERIMENT)

    assert {"name", "data.schema", "train.epochs", "gate"} <= set(names)
    assert "train" not in names


def test_another_model_comes_with_its_own_values():
    changed = overrides.apply_overrides(
        configs.load("pets"), ["model.name=fcn8s", "model.weights=none", "model.width=0.5"]
    )

    assert (changed.model.name, changed.model.width) == ("fcn8s", 0.5)


def test_an_unknown_model_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match="'unet_small', 'fcn8s'"):
        overrides.apply_overrides(configs.load("pets"), ["model.name=unet_large"])
