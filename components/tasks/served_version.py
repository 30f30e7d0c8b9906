"""Makes a served model the baseline of another run with the same classes."""

from __future__ import annotations

import tensorflow as tf

from components.errors import DataError
from trainer.export import saved_model
from trainer.export.signatures import EXAMPLES, ImageModule, Outputs


class ServedVersion(tf.Module):
    """A served version that answers the Evaluator with a run's size buckets.

    Raises DataError if its classes differ from the run's: their answers could not be compared.
    """

    def __init__(self, version: str, run: ImageModule) -> None:
        super().__init__()
        known = tuple(saved_model.read_labels(version))
        if known != run.labels:
            raise DataError(
                "served_classes_differ",
                f"The served version {version} has the classes {list(known)}, but data.classes is "
                f"{list(run.labels)}: their answers cannot be compared. Rename the experiment, or "
                "remove the served versions.",
            )
        self.labels = run.labels
        self._served = tf.saved_model.load(version)
        self.tracked = {"served": self._served}
        self._run = run

    def trace_signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Returns the signatures that the Evaluator calls."""
        return {
            "evaluate_examples": self.answer_examples.get_concrete_function(EXAMPLES),
            "transform_features": self._run.find_size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def answer_examples(self, examples: tf.Tensor) -> Outputs:
        """Returns the served version's answers."""
        return self._served.signatures["evaluate_examples"](examples=examples)
