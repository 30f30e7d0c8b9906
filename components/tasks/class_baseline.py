"""Makes a served classifier the baseline of another run."""

from __future__ import annotations

import tensorflow as tf

from trainer.export import saved_model
from trainer.export.classifier import Classifier
from trainer.export.signatures import EXAMPLES, Outputs


class ServedClassifier(tf.Module):
    """A served version that answers the Evaluator with a run's labels and size buckets.

    The version may have other labels than the run. The run's labels come first, with probability 0
    if the version does not have them. The version's other labels follow.
    """

    def __init__(self, version: str, run: Classifier) -> None:
        super().__init__()
        known = saved_model.read_labels(version)
        others = (label for label in known if label not in run.labels)
        self.labels = (*run.labels, *others)
        self._columns = [known.index(c) if c in known else len(known) for c in self.labels]
        self._served = tf.saved_model.load(version)
        self.tracked = {"served": self._served}
        self._run = run

    def trace_signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Returns the signatures that the Evaluator calls."""
        return {
            "evaluate_examples": self.classify_examples.get_concrete_function(EXAMPLES),
            "transform_features": self._run.find_size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def classify_examples(self, examples: tf.Tensor) -> Outputs:
        """Returns the served version's probabilities, a column for each label."""
        answers = self._served.signatures["evaluate_examples"](examples=examples)
        known = tf.pad(answers["probabilities"], [[0, 0], [0, 1]])  # The last column is 0.
        probabilities = tf.gather(known, list(self._columns), axis=1)
        names = tf.tile(tf.constant(self.labels)[tf.newaxis], [tf.shape(known)[0], 1])
        return {"probabilities": probabilities, "all_classes": names}
