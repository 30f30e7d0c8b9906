"""TFX component that writes the report of a run: its data, its training and the verdict."""

# No `from __future__ import annotations` here: @component needs real types.
from tfx.components.util import model_utils
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import (
    Examples,
    InfraBlessing,
    Model,
    ModelBlessing,
    ModelEvaluation,
    ModelRun,
)
from tfx.utils import path_utils

from components import atomic_text
from components.artifacts import Rejects, Report
from components.report import page
from components.report.inputs import ReportInputs

PAGE = "report.html"


@component
def RunReport(
    rejects: InputArtifact[Rejects],
    examples: InputArtifact[Examples],
    model: InputArtifact[Model],
    model_run: InputArtifact[ModelRun],
    evaluation: InputArtifact[ModelEvaluation],
    blessing: InputArtifact[ModelBlessing],
    infra_blessing: InputArtifact[InfraBlessing],
    report: OutputArtifact[Report],
    name: Parameter[str],
    task: Parameter[str],
) -> None:
    """Writes one self-contained HTML file, whether the model was blessed or not."""
    run = ReportInputs(
        name=name,
        task=task,
        blessed=model_utils.is_model_blessed(blessing),
        servable=model_utils.is_infra_validated(infra_blessing),
        failure=infra_blessing.get_string_custom_property("failure"),
        rejects=rejects.uri,
        test_examples=f"{examples.uri}/Split-test",
        model=path_utils.serving_model_path(model.uri),
        logs=model_run.uri,
        evaluation=evaluation.uri,
    )
    atomic_text.write(f"{report.uri}/{PAGE}", page.render(run))
