"""TFX component for what a candidate is compared with: the served model, or the class shares.

Where there are masks, the class with most pixels stands in for the shares.
"""

# No `from __future__ import annotations` here: @component needs real types.
import json

import tensorflow as tf
from tfx import v1 as tfx
from tfx.utils import path_utils
from tfx.v1.types.standard_artifacts import ExampleStatistics, Model, TransformGraph

from components import class_shares, serving_folder
from components.errors import DataError
from trainer.data import preprocessing
from trainer.export import saved_model
from trainer.export.classifier import Classifier
from trainer.export.segmenter import Segmenter
from trainer.export.signatures import EXAMPLES, Outputs

InputArtifact = tfx.dsl.components.InputArtifact
OutputArtifact = tfx.dsl.components.OutputArtifact
Parameter = tfx.dsl.components.Parameter


@tfx.dsl.components.component
def BaselineModel(
    statistics: InputArtifact[ExampleStatistics],
    transform_graph: InputArtifact[TransformGraph],
    baseline: OutputArtifact[Model],
    max_side: Parameter[int],
    mask_classes: Parameter[str],
    served_folder: Parameter[str],
    served_version: Parameter[str],
) -> None:
    """The served version; where nothing is served, a model that always answers the same."""
    folder = path_utils.serving_model_path(baseline.uri)
    version = serving_folder.find(served_folder, served_version)
    facts = preprocessing.read(transform_graph.uri, tuple(json.loads(mask_classes)))
    if facts.class_fractions:
        model = largest_class_model(facts, max_side)
        answering = Resliced(version, model) if version else model
    else:
        model = shares_model(facts, class_shares.shares(statistics.uri, "train"), max_side)
        answering = Relabelled(version, model) if version else model
    saved_model.save_module(answering, folder)
    baseline.set_string_custom_property("served_from", version or "class shares")


def shares_model(
    facts: preprocessing.DataStatistics, shares: dict[str, float], max_side: int
) -> Classifier:
    """A classifier that looks at no pixel: each class is as likely as it was in training."""
    row = tf.constant([[shares[label] for label in facts.labels]], tf.float32)

    def probabilities(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.tile(row, [tf.shape(pixels)[0], 1])

    return Classifier(probabilities, facts.labels, facts.size_boundaries, max_side)


def largest_class_model(facts: preprocessing.DataStatistics, max_side: int) -> Segmenter:
    """A segmenter that looks at no pixel: each is of the class that has most of them."""
    row = tf.constant(facts.class_fractions, tf.float32)

    def scores(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.zeros_like(pixels[..., :1]) + row

    return Segmenter(scores, facts.labels, facts.size_boundaries, max_side)


class Resliced(tf.Module):
    """A served version of masks that answers the Evaluator by a run's size buckets.

    Raises DataError where its classes are not the run's: their masks would not compare.
    """

    def __init__(self, version: str, run: Segmenter) -> None:
        super().__init__()
        known = tuple(saved_model.read_labels(version))
        if known != run.labels:
            raise DataError(
                f"The served version {version} knows the classes {list(known)}, and "
                f"data.classes is {list(run.labels)}: masks of the two do not compare. Give the "
                "experiment another name, or take the served versions away."
            )
        self.labels = run.labels
        self._served = tf.saved_model.load(version)
        self._run = run

    def signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Those that the Evaluator asks for."""
        return {
            "evaluate_examples": self.segment_examples.get_concrete_function(EXAMPLES),
            "transform_features": self._run.size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def segment_examples(self, examples: tf.Tensor) -> Outputs:
        """The served version's masks of recorded images."""
        return self._served.signatures["evaluate_examples"](examples=examples)


class Relabelled(tf.Module):
    """A served version that answers the Evaluator by a run's labels and size buckets.

    It may be older than either. The run's labels come first: those that it does not know get 0.
    Its others follow.
    """

    def __init__(self, version: str, run: Classifier) -> None:
        super().__init__()
        known = saved_model.read_labels(version)
        others = (label for label in known if label not in run.labels)
        self.labels = (*run.labels, *others)
        self._columns = [known.index(c) if c in known else len(known) for c in self.labels]
        self._served = tf.saved_model.load(version)
        self._run = run

    def signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Those that the Evaluator asks for."""
        return {
            "evaluate_examples": self.classify_examples.get_concrete_function(EXAMPLES),
            "transform_features": self._run.size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def classify_examples(self, examples: tf.Tensor) -> Outputs:
        """The served version's probabilities of recorded images, a column for each label."""
        answers = self._served.signatures["evaluate_examples"](examples=examples)
        known = tf.pad(answers["probabilities"], [[0, 0], [0, 1]])  # The last column is 0.
        probabilities = tf.gather(known, list(self._columns), axis=1)
        names = tf.tile(tf.constant(self.labels)[tf.newaxis], [tf.shape(known)[0], 1])
        return {"probabilities": probabilities, "all_classes": names}
