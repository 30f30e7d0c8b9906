"""Makes a served segmenter the baseline of another run."""

from __future__ import annotations

import tensorflow as tf

from components.errors import DataError
from trainer.export import saved_model
from trainer.export.segmenter import Segmenter
from trainer.export.signatures import EXAMPLES, Outputs


class ServedSegmenter(tf.Module):
    """A served version that answers the Evaluator with a run's size buckets.

    Raises DataError if its classes differ from the run's: their masks could not be compared.
    """

    def __init__(self, version: str, run: Segmenter) -> None:
        super().__init__()
        known = tuple(saved_model.read_labels(version))
        if known != run.labels:
            raise DataError(
                "served_classes_differ",
                f"The served version {version} has the classes {list(known)}, but data.classes is "
                f"{list(run.labels)}: their masks cannot be compared. Rename the experiment, or "
                "remove the served versions.",
            )
        self.labels = run.labels
        self._served = tf.saved_model.load(version)
        self._run = run

    def trace_signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Returns the signatures that the Evaluator calls."""
        return {
            "evaluate_examples": self.segment_examples.get_concrete_function(EXAMPLES),
            "transform_features": self._run.find_size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def segment_examples(self, examples: tf.Tensor) -> Outputs:
        """Returns the served version's masks."""
        return self._served.signatures["evaluate_examples"](examples=examples)
