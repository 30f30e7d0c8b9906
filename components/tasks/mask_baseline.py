"""A served segmenter as the baseline of another run."""

from __future__ import annotations

import tensorflow as tf

from components.errors import DataError
from trainer.export import saved_model
from trainer.export.segmenter import Segmenter
from trainer.export.signatures import EXAMPLES, Outputs


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

    def trace_signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Those that the Evaluator asks for."""
        return {
            "evaluate_examples": self.segment_examples.get_concrete_function(EXAMPLES),
            "transform_features": self._run.find_size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def segment_examples(self, examples: tf.Tensor) -> Outputs:
        """The served version's masks of recorded images."""
        return self._served.signatures["evaluate_examples"](examples=examples)
