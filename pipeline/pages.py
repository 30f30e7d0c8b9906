"""The steps of the graph that write pages for people: the report, and the labels to doubt."""

from __future__ import annotations

import dataclasses

from tfx.components.evaluator.component import Evaluator
from tfx.components.trainer.component import Trainer
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.types.channel import BaseChannel

from components.image_example_gen import ImageExampleGen
from components.label_doubts import LabelDoubts
from components.run_report import RunReport
from pipeline.settings import Settings
from trainer import config
from trainer.config import Experiment


def make_report(
    ingested: ImageExampleGen,
    trainer: Trainer,
    evaluator: Evaluator,
    servable: BaseComponent,
    experiment: Experiment,
) -> BaseComponent:
    """Writes the page of a run, whether its model is blessed or not."""
    return RunReport(
        rejects=ingested.outputs["rejects"],
        examples=ingested.outputs["examples"],
        model=trainer.outputs["model"],
        model_run=trainer.outputs["model_run"],
        evaluation=evaluator.outputs["evaluation"],
        blessing=evaluator.outputs["blessing"],
        infra_blessing=servable.outputs["blessing"],
        name=experiment.name,
        task=experiment.task,
    )


def make_doubts(
    examples: BaseChannel,
    transform_graph: BaseChannel,
    model: BaseChannel,
    experiment: Experiment,
    settings: Settings,
) -> list[BaseComponent]:
    """The step that writes the page "Labels to doubt", if the experiment wants it.

    It gets only what its judge needs, so that another model does not make it run again.
    """
    if not experiment.doubt:
        return []
    kind = "mask" if experiment.task == "masks" else "label"
    recipe, needed = "", {"model": model} if kind == "mask" else {}
    if experiment.doubt.own_folds:
        recipe = config.recipe_to_json(settings.choose_hardware(experiment))
        needed = {"transform_graph": transform_graph}
    given = dataclasses.asdict(experiment.doubt)
    return [
        LabelDoubts(
            examples=examples, name=experiment.name, kind=kind, recipe=recipe, **given, **needed
        )
    ]
