"""TFX component that lists the labels, or the masks, that are probably wrong."""

# No `from __future__ import annotations` here: @component needs real types.
from functools import partial

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, Model, TransformGraph
from tfx.utils import path_utils

from components import atomic_text
from components.artifacts import Doubts
from components.doubt import judgement, listing, own_network, page
from trainer import config
from trainer.doubt_config import DoubtConfig

PAGE = "doubts.html"
LIST = "doubts.json"


@component
def LabelDoubts(
    examples: InputArtifact[Examples],
    doubts: OutputArtifact[Doubts],
    name: Parameter[str],
    kind: Parameter[str],
    most: Parameter[int],
    weights: Parameter[str],
    own_folds: Parameter[int],
    recipe: Parameter[str],
    model: InputArtifact[Model] = None,  # type: ignore[assignment]
    transform_graph: InputArtifact[TransformGraph] = None,  # type: ignore[assignment]
) -> None:
    """Writes the page and the list. Masks need `model`; folds need `recipe` and its statistics."""
    case = judgement.Case(
        name=name,
        kind=kind,
        examples=examples.uri,
        config=DoubtConfig(most=most, weights=weights, own_folds=own_folds),
        segmenter=path_utils.serving_model_path(model.uri) if model else "",
        own=load_network(recipe, transform_graph.uri, own_folds) if own_folds else None,
    )
    found = judgement.find(case)
    atomic_text.write(f"{doubts.uri}/{LIST}", listing.to_json(found))
    atomic_text.write(f"{doubts.uri}/{PAGE}", page.render(found))


def load_network(recipe: str, transform_graph: str, folds: int) -> own_network.OwnNetwork:
    """The experiment's network; its progress is printed at once."""
    report = partial(print, flush=True)
    return own_network.load(config.recipe_from_json(recipe), transform_graph, folds, report)
