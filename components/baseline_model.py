"""TFX component for what a candidate is compared with: the served model, or the class shares."""

# No `from __future__ import annotations` here: @component needs real types.
import tensorflow as tf
from tfx import v1 as tfx
from tfx.utils import io_utils, path_utils
from tfx.v1.types.standard_artifacts import ExampleStatistics, Model, TransformGraph

from components import class_shares, served
from trainer import config, export, preprocessing

InputArtifact = tfx.dsl.components.InputArtifact
OutputArtifact = tfx.dsl.components.OutputArtifact
Parameter = tfx.dsl.components.Parameter


@tfx.dsl.components.component
def BaselineModel(
    statistics: InputArtifact[ExampleStatistics],
    transform_graph: InputArtifact[TransformGraph],
    baseline: OutputArtifact[Model],
    experiment: Parameter[str],
    served_folder: Parameter[str],
    served_version: Parameter[str],
) -> None:
    """The served version; where nothing is served, a model that always answers the shares."""
    folder = path_utils.serving_model_path(baseline.uri)
    version = served.find(served_folder, served_version)
    if version:
        io_utils.copy_dir(version, folder)
    else:
        data = config.from_json(experiment).data
        facts = preprocessing.read(transform_graph.uri)
        shares = class_shares.shares(statistics.uri, "train")
        export.save_classifier(shares_model(facts, shares, data.max_side), folder)
    baseline.set_string_custom_property("served_from", version or "class shares")


def shares_model(
    facts: preprocessing.DataStatistics, shares: dict[str, float], max_side: int
) -> export.Classifier:
    """A classifier that looks at no pixel: each class is as likely as it was in training."""
    row = tf.constant([[shares[label] for label in facts.labels]], tf.float32)

    def probabilities(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.tile(row, [tf.shape(pixels)[0], 1])

    return export.Classifier(probabilities, facts, max_side)
