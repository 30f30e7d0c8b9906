"""Logs how a model's weights are distributed, for TensorBoard's page of histograms.

Keras's own callback names them by `weight.name` (3.6 and others), which is "kernel" for most
layers: TensorBoard then shows the weights of all layers as one (keras-team/keras, issue 18433).
"""

from __future__ import annotations

import keras
import tensorflow as tf

FOLDER = "weights"  # A run of its own: TensorBoard follows one file of a run at a time.


class WeightHistograms(keras.callbacks.Callback):
    """Writes a histogram of each weight every few epochs, named by its path in the model."""

    def __init__(self, logs: str, every: int) -> None:
        super().__init__()
        self._writer = tf.summary.create_file_writer(f"{logs}/{FOLDER}")
        self._every = every  # Epochs.

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Writes those of the first epoch, and of every `every`-th after it."""
        if epoch % self._every == 0:
            with self._writer.as_default():
                for weight in self.model.weights:
                    tf.summary.histogram(weight.path, weight, step=epoch)
            self._writer.flush()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Closes the file."""
        self._writer.close()
