"""Decides on an experiment that fits a folder, this machine and a time."""

from __future__ import annotations

from typing import Any, NamedTuple

from components.ingestion.summary import Summary
from pipeline.init import choices, ingestion, layout, sizes
from pipeline.init.choices import Choice, Choices
from pipeline.init.training import Search
from pipeline.settings import Settings
from serving.terminal import say
from trainer import configs, models, overrides
from trainer.config import Experiment
from trainer.models.backbones import lite0_weights
from trainer.models.backbones.availability import WeightsUnavailableError


class Wishes(NamedTuple):
    """What the user asked for."""

    name: str
    minutes: float  # For training.
    overrides: tuple[str, ...] = ()  # As `--set` takes them: no choice replaces them.
    from_scratch: bool = False  # Without pretrained weights.


class Plan(NamedTuple):
    """The experiment to write."""

    base: str  # The experiment whose values apply, except for the choices.
    found: str  # What the folder contains: one sentence.
    summary: Summary
    choices: Choices


def make_plan(wishes: Wishes, settings: Settings) -> Plan:
    """Looks at the folder, ingests it, measures training, and chooses.

    Raises DataError for a folder that cannot be trained on, and ValueError for a wish that no
    experiment can have.
    """
    given = read_overrides(wishes.overrides)
    recognised = layout.recognise(settings.data, follow_links=settings.follow_links)
    say(f"Found {recognised.found}.")
    grey = given.get("data.channels", Choice(3)).value == 1
    named = given.get("model.name", Choice("")).value
    base, why = choose_base(recognised.base, wishes.from_scratch, grey=grey, named=named)
    before = configs.load(base)
    model = {"model.name": Choice(before.model.name, why)}
    if weights := getattr(before.model, "weights", ""):
        model["model.weights"] = Choice(weights)
    colours = drop_colours(before) if grey else {}
    decided = {**recognised.choices, **model, **colours, **given}
    experiment = choices.apply(before, {"name": Choice(wishes.name), **decided})
    ingested = ingestion.ingest(experiment, settings)
    search = Search(experiment, ingested, frozenset(given), wishes.minutes * 60)
    gate = {"gate": sizes.choose_gate(experiment, ingested.summary)}
    return Plan(base, recognised.found, ingested.summary, {**gate, **search.choose(), **decided})


def read_overrides(given: tuple[str, ...]) -> Choices:
    """The user's own values. Raises ValueError for one that a file cannot contain."""
    found: dict[str, Any] = dict(map(overrides.parse, given))
    for name, value in found.items():
        if value is None:
            raise ValueError(f"--set {name}=null: a file of TOML has no null. Leave it out.")
    return {name: Choice(value, "given by --set") for name, value in found.items()}


def drop_colours(base: Experiment) -> Choices:
    """The values of the base's augmentation that change colours, as 0."""
    names = [name for name in ("saturation", "tint", "grey") if getattr(base.augment, name)]
    return {f"augment.{name}": Choice(0.0, "data.channels=1 has no colours") for name in names}


def choose_base(
    base: str, from_scratch: bool, *, grey: bool = False, named: str = ""
) -> tuple[str, str]:
    """The experiment with pretrained weights if they are installed, else that from scratch.

    `named` is the user's model, if there is one.
    """
    if from_scratch:
        return configs.FROM_SCRATCH[base], "--from-scratch"
    if grey:
        return configs.FROM_SCRATCH[base], "from scratch: ImageNet's weights expect colours"
    if (
        isinstance(named, str)
        and named in overrides.MODELS
        and not hasattr(overrides.MODELS[named], "weights")
    ):
        return configs.FROM_SCRATCH[base], f"from scratch: {named} has no pretrained weights"
    try:
        models.check_weights(configs.load(base).model)
    except WeightsUnavailableError:
        scratch = configs.FROM_SCRATCH[base]
        return scratch, f"from scratch: {lite0_weights.PACKAGE} is not installed"
    return base, "ImageNet's weights are installed, and better than none"
