"""TFX component that writes the model to compare a candidate with: served, or constant."""

# No `from __future__ import annotations` here: @component needs real types.
import json

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import ExampleStatistics, Model, TransformGraph
from tfx.utils import path_utils

from components import class_shares, serving_folder
from components import tasks as component_tasks
from trainer import tasks
from trainer.data.limits import SizeLimits
from trainer.export import saved_model


@component
def BaselineModel(
    statistics: InputArtifact[ExampleStatistics],
    transform_graph: InputArtifact[TransformGraph],
    baseline: OutputArtifact[Model],
    max_side: Parameter[int],
    max_pixels: Parameter[int],
    task: Parameter[str],
    classes: Parameter[str],
    served_folder: Parameter[str],
    served_version: Parameter[str],
) -> None:
    """Writes the served version; if nothing is served, a model whose answer is constant."""
    version = serving_folder.find(served_folder, served_version)
    facts = tasks.TASKS[task].read_statistics(transform_graph.uri, tuple(json.loads(classes)))
    shares = class_shares.compute(statistics.uri, "train")
    limits = SizeLimits(max_side, max_pixels)
    constant = tasks.TASKS[task].build_constant_module(facts, shares, limits)
    adapt = component_tasks.TASKS[task].adapt_served
    module = adapt(version, constant) if version else constant
    saved_model.save_module(module, path_utils.serving_model_path(baseline.uri))
    baseline.set_string_custom_property("served_from", version or "class shares")
