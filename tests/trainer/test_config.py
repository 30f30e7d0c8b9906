"""Experiments: which values they refuse, and their JSON."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from tests.fakes import tiny
from trainer import config, configs, overrides
from trainer.classic_config import FashionCNNConfig
from trainer.config import ClassUnion, ServeConfig, Threshold
from trainer.doubt_config import DoubtConfig
from trainer.model_config import Lite0Config, VGGConfig

EXPERIMENT = tiny.EXPERIMENT
PETS = configs.load("pets")
MEASURED = replace(PETS, gate=PETS.gate[:1])  # It names no union.
GREYS = replace(EXPERIMENT.augment, saturation=0.0)
HEADS = configs.load("pet-heads")
TRANSFER = configs.load("flowers-transfer")
GREY = replace(
    TRANSFER,
    data=replace(TRANSFER.data, channels=1),
    model=replace(TRANSFER.model, weights="none"),
    augment=GREYS,
)
PAIRS = configs.load("pets-transfer")
GROUNDLESS = replace(PAIRS, data=replace(PAIRS.data, mask=replace(PAIRS.data.mask, ground=())))


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_every_experiment_equals_itself_after_json(name):
    assert config.from_json(config.to_json(configs.load(name))) == configs.load(name)


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_the_recipe_of_every_experiment_is_all_but_the_gate_and_pages(name):
    experiment = configs.load(name)
    recipe = config.recipe_from_json(config.recipe_to_json(experiment))
    names = {field.name for field in fields(experiment)}
    shared = {field.name for field in fields(recipe)}

    assert names - shared == {"gate", "unions", "doubt"}
    assert all(getattr(recipe, name) == getattr(experiment, name) for name in shared)


def test_the_json_of_a_recipe_does_not_change_with_the_gate_or_the_doubts():
    other = replace(EXPERIMENT, gate=(replace(EXPERIMENT.gate[0], at_least=0.9),))
    doubted = replace(EXPERIMENT, doubt=DoubtConfig(own_folds=3))

    assert config.recipe_to_json(other) == config.recipe_to_json(EXPERIMENT)
    assert config.recipe_to_json(doubted) == config.recipe_to_json(EXPERIMENT)
    assert config.from_json(config.to_json(doubted)) == doubted


@pytest.mark.parametrize(
    "value", ["own_folds=1", "own_folds=-1", "most=0", "most=1001", 'weights=""', "many=3"]
)
def test_doubts_that_no_run_could_list_are_refused(value):
    doubted = replace(EXPERIMENT, doubt=DoubtConfig())
    name = value.partition("=")[0]

    with pytest.raises(ValueError, match=rf"doubt\.{name}"):
        overrides.apply_overrides(doubted, [f"doubt.{value}"])


@pytest.mark.parametrize("gate", [[], [{"metric": "accuracy", "at_least": 0.5}]])
def test_a_recipe_is_read_from_json_with_a_gate(gate):
    recipe = config.recipe_to_json(EXPERIMENT)
    text = json.dumps({**json.loads(recipe), "gate": gate})

    assert config.recipe_to_json(config.recipe_from_json(text)) == recipe


def test_a_recipe_with_a_value_that_does_not_fit_is_refused():
    text = config.recipe_to_json(EXPERIMENT).replace('"epochs":1', '"epochs":0')

    with pytest.raises(ValueError, match=r"train\.epochs"):
        config.recipe_from_json(text)


def test_values_set_in_code_are_checked_too():
    with pytest.raises(ValueError, match="epochs"):
        replace(EXPERIMENT.train, epochs=0)


def test_an_empty_gate_is_refused():
    with pytest.raises(ValueError, match="gate"):
        replace(EXPERIMENT, gate=())


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        pytest.param({"model": EXPERIMENT.model}, "model.name=fcn", id="model"),
        pytest.param({"gate": EXPERIMENT.gate}, "gate.metric=accuracy", id="gate"),
        pytest.param({"augment": replace(PETS.augment, mixup=0.2)}, "augment.mixup", id="mixup"),
        pytest.param(
            {"train": replace(PETS.train, class_weights=(1.0, 2.0))},
            "train.class_weights",
            id="weights",
        ),
        pytest.param(
            {"data": replace(PETS.data, classes=("pet", "ground"))}, "data.classes", id="classes"
        ),
    ],
)
def test_values_that_only_classes_use_are_refused_for_masks(changed, name):
    with pytest.raises(ValueError, match=name):
        replace(PETS, **changed)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        pytest.param({"model": PETS.model}, "model.name=unet_small", id="model"),
        pytest.param({"gate": PETS.gate}, "gate.metric=mean_iou", id="gate"),
        pytest.param({"train": replace(EXPERIMENT.train, dice=0.5)}, "train.dice", id="dice"),
    ],
)
def test_values_that_only_masks_use_are_refused_for_classes(changed, name):
    with pytest.raises(ValueError, match=name):
        replace(EXPERIMENT, **changed)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        pytest.param({}, "augment.saturation=0.1", id="saturation"),
        pytest.param({"augment": replace(GREYS, tint=0.1)}, "augment.tint=0.1", id="tint"),
        pytest.param({"augment": replace(GREYS, grey=0.1)}, "augment.grey=0.1", id="grey"),
        pytest.param(
            {"augment": GREYS, "model": Lite0Config()}, "model.weights=imagenet", id="weights"
        ),
    ],
)
def test_values_that_only_colours_use_are_refused_for_grey_images(changed, name):
    with pytest.raises(ValueError, match=name):
        replace(EXPERIMENT, data=replace(EXPERIMENT.data, channels=1), **changed)


@pytest.mark.parametrize(
    ("experiment", "changed", "name"),
    [
        pytest.param(EXPERIMENT, {"confidence": True}, "serve.confidence", id="no-pixels"),
        pytest.param(PETS, {"unknown_below": 0.5}, "serve.unknown_below=0.5", id="no-image-class"),
    ],
)
def test_a_model_says_how_sure_it_is_of_what_its_task_answers(experiment, changed, name):
    with pytest.raises(ValueError, match=name):
        replace(experiment, serve=ServeConfig(**changed))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"metric": "calibration_error", "at_least": 0.1}, id="wrong-side"),
        pytest.param({"metric": "accuracy", "at_most": 0.1}, id="other-wrong-side"),
        pytest.param({"metric": "accuracy", "at_least": 0.1, "at_most": 0.1}, id="both"),
        pytest.param({"metric": "accuracy"}, id="neither"),
        pytest.param({"metric": "calibration_error", "at_most": 0.1, "max_drop": 0.1}, id="drop"),
    ],
)
def test_a_threshold_limits_the_side_that_is_worse(values):
    with pytest.raises(ValueError, match=f"{values['metric']}"):
        Threshold(**values)


def test_a_gate_may_limit_the_calibration_error_of_pixels_if_they_have_a_confidence():
    gate = (Threshold(metric="calibration_error", at_most=0.1),)
    experiment = replace(MEASURED, unions=(), serve=ServeConfig(confidence=True), gate=gate)

    assert experiment.gate == gate
    with pytest.raises(ValueError, match=r"serve\.confidence"):
        replace(experiment, serve=ServeConfig())


SHIFTED = replace(GREYS, side=32)  # Of the first phase.


@pytest.mark.parametrize(
    ("experiment", "views", "name"),
    [
        pytest.param(GREY, {"saturation": 0.1}, "saturation=0.1 changes colours", id="grey-images"),
        pytest.param(TRANSFER, {"paste": 0.1}, "paste=0.1 applies to masks only", id="classes"),
        pytest.param(HEADS, {"mixup": 0.1}, "mixup=0.1 blends two boxes", id="boxes"),
        pytest.param(PAIRS, {"mixup": 0.1}, "mixup=0.1 blends the classes", id="masks"),
        pytest.param(GROUNDLESS, {"paste": 0.1}, "paste=0.1 cuts out objects", id="no-ground"),
    ],
)
def test_views_of_the_first_phase_are_checked_as_those_of_the_second(experiment, views, name):
    with pytest.raises(ValueError, match=rf"head_phase\.augment\.{name}"):
        add_views(experiment, replace(SHIFTED, **views))


def add_views(experiment, views):
    return replace(experiment, head_phase=replace(HEADS.head_phase, augment=views))


@pytest.mark.parametrize("experiment", [GREY, TRANSFER, HEADS, PAIRS])
def test_other_views_of_the_first_phase_are_accepted(experiment):
    assert add_views(experiment, SHIFTED).head_phase.augment == SHIFTED


def test_weights_that_are_not_there_cannot_be_frozen():
    model = VGGConfig(name="fcn8s", weights="none", frozen=True)

    with pytest.raises(ValueError, match=r"model\.frozen=true.*\"none\""):
        replace(PETS, model=model)


@pytest.mark.parametrize("name", ["ema_momentum", "label_smoothing"])
def test_a_share_of_all_would_learn_nothing(name):
    with pytest.raises(ValueError, match=name):
        replace(EXPERIMENT.train, **{name: 1.0})


@pytest.mark.parametrize("side", ["at_least", "at_most"])
def test_an_unknown_metric_is_refused_with_those_of_the_task(side):
    gate = (Threshold(metric="calibration_eror", **{side: 0.5}),)

    with pytest.raises(ValueError, match=r"calibration_eror is not.*or calibration_error"):
        replace(EXPERIMENT, gate=gate)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_is_a_share(value):
    with pytest.raises(ValueError, match="at_least"):
        Threshold(metric="accuracy", at_least=value)


def test_masks_have_no_threshold_for_each_class_of_images():
    with pytest.raises(ValueError, match=r"each_class=true of mean_iou.*unions="):
        replace(PETS, gate=(Threshold(metric="mean_iou", at_least=0.5, each_class=True),))


def test_images_have_one_or_three_channels():
    with pytest.raises(ValueError, match="channels"):
        replace(EXPERIMENT.data, channels=2)


def test_channels_are_pooled_in_whole_groups():
    with pytest.raises(ValueError, match=r"depth_pool=3.*256"):
        FashionCNNConfig(depth_pool=3)


@pytest.mark.parametrize("options", [{"refine": True}, {"widths": (8, 8, 8, 8, 8)}], ids=str)
def test_only_the_learned_decoder_is_refined_and_has_widths(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"{name}.*fcn8s"):
        VGGConfig(name="fcn8s", **options)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        pytest.param({"model": EXPERIMENT.model}, "model.name=fcn", id="model"),
        pytest.param({"gate": PETS.gate}, "gate.metric=mean_iou", id="gate"),
        pytest.param({"data": replace(HEADS.data, mask=PETS.data.mask)}, "data.mask", id="mask"),
        pytest.param({"data": replace(HEADS.data, classes=())}, "data.classes", id="classes"),
        pytest.param({"augment": replace(HEADS.augment, mixup=0.2)}, "augment.mixup", id="mixup"),
        pytest.param({"train": replace(HEADS.train, dice=0.5)}, "train.dice", id="dice"),
        pytest.param({"train": replace(HEADS.train, box_weight=0.0)}, "box_weight", id="weight"),
    ],
)
def test_values_that_boxes_cannot_use_are_refused(changed, name):
    with pytest.raises(ValueError, match=name):
        replace(HEADS, **changed)


@pytest.mark.parametrize("experiment", [EXPERIMENT, PETS], ids=["classes", "masks"])
def test_other_tasks_have_no_boxes_to_weigh(experiment):
    with pytest.raises(ValueError, match="box_weight"):
        replace(experiment, train=replace(experiment.train, box_weight=1.0))


@pytest.mark.parametrize(
    ("values", "ignored"),
    [
        pytest.param((1, 1, 2), None, id="twice"),
        pytest.param((1, 2), 2, id="ignored-and-a-class"),
        pytest.param((1,), None, id="one-class"),
        pytest.param((0, 256), None, id="more-than-a-byte"),
    ],
)
def test_mask_values_without_a_meaning_are_refused(values, ignored):
    with pytest.raises(ValueError, match="values"):
        replace(PETS.data.mask, values=values, ignored=ignored)


def test_a_gate_may_name_a_union_of_classes():
    union = ClassUnion(name="rest", classes=("background", "border"))
    threshold = Threshold(metric="rest_iou", at_least=0.5)

    assert replace(PETS, unions=(union,), gate=(threshold,)).gate == (threshold,)


@pytest.mark.parametrize(
    ("unions", "named"),
    [
        pytest.param({"a": ["pet", "cat"]}, "cat", id="unknown-class"),
        pytest.param({"a": PETS.data.classes}, "leave out at least one", id="all-classes"),
        pytest.param({"mean": ["pet"]}, "mean_iou", id="a-metric-that-exists"),
        pytest.param({"A b": ["pet"]}, "unions.0.name", id="not-a-name"),
        pytest.param({"a": []}, "unions.0.classes", id="no-classes"),
    ],
)
def test_unions_that_cannot_be_measured_are_refused(unions, named):
    text = json.dumps([{"name": name, "classes": classes} for name, classes in unions.items()])

    with pytest.raises(ValueError, match=named):
        overrides.apply_overrides(MEASURED, [f"unions={text}"])


def test_two_unions_of_one_name_are_refused():
    with pytest.raises(ValueError, match="animal_iou"):
        replace(PETS, unions=PETS.unions * 2)


def test_unions_are_refused_for_classes():
    with pytest.raises(ValueError, match="unions=animal applies to masks only"):
        replace(EXPERIMENT, unions=PETS.unions)
