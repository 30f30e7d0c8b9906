"""Saves the state of training at the start of each epoch, so that a killed run can resume.

A resumed run gives the same result as an uninterrupted one: weights, optimizer and the layers'
random generators are saved, and the order of the data depends only on the seed and the batch.
"""

from __future__ import annotations

import logging
import math
import uuid

import keras
import tensorflow as tf

# What TensorFlow raises about checkpoints that are damaged, or of another model.
UNREADABLE = (tf.errors.OpError, ValueError, IndexError, AssertionError)
REMOVED = ".removed"  # Begins the names of folders that are being removed.


class Checkpoints(keras.callbacks.Callback):
    """Saves the state at the start of each epoch, with the best weights by validation loss.

    There is one checkpoint, replaced as a whole: a kill at any moment leaves a complete one.
    """

    def __init__(self, model: keras.Model, folder: str) -> None:
        super().__init__()
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._best_loss = tf.Variable(float("inf"))
        self._best = [tf.Variable(weight) for weight in model.get_weights()]
        progress = {"epoch": self._epoch, "best_loss": self._best_loss, "best": self._best}
        self._state = tf.train.Checkpoint(
            model=model, optimizer=model.optimizer, random=list_random_states(model), **progress
        )
        self.set_model(model)
        self._manager = self._open(folder)

    @property
    def epoch(self) -> int:
        """The number of finished epochs."""
        return int(self._epoch)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Saves the learned weights, which SwapEMAWeights has put back by now."""
        self._save(epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keeps the averaged weights if they are the best so far.

        Raises FloatingPointError if the loss is not finite.
        """
        loss = (logs or {})["val_loss"]
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The validation loss of epoch {epoch + 1} is {loss}: lower train.learning_rate."
            )
        if loss < float(self._best_loss):
            self._best_loss.assign(loss)
            for kept, weight in zip(self._best, self.model.get_weights(), strict=True):
                kept.assign(weight)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Saves the end too, so that a kill after it does not repeat the last epoch."""
        self._save(self.params["epochs"])

    def restore_best(self) -> None:
        """Puts the best weights into the model."""
        self.model.set_weights([kept.numpy() for kept in self._best])

    def _save(self, epoch: int) -> None:
        self._epoch.assign(epoch)
        self._manager.save()

    def _open(self, folder: str) -> tf.train.CheckpointManager:
        """Restores the newest checkpoint of the folder. An unreadable one counts as none."""
        optimizer = self.model.optimizer.variables
        variables = [*self.model.variables, *optimizer, self._epoch, self._best_loss, *self._best]
        before = [variable.numpy() for variable in variables]
        try:
            manager = tf.train.CheckpointManager(self._state, folder, max_to_keep=1)
            if manager.latest_checkpoint:
                self._state.restore(manager.latest_checkpoint).assert_existing_objects_matched()
            return manager
        except UNREADABLE as error:
            reason = str(error).split("\n", 1)[0]
            logging.getLogger(__name__).warning(
                "Training starts from the first epoch: the checkpoint in %s cannot be read (%s).",
                folder,
                reason,
            )
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        remove_checkpoints(folder)
        return tf.train.CheckpointManager(self._state, folder, max_to_keep=1)


def list_random_states(model: keras.Model) -> list[keras.Variable]:
    """The states of random generators, such as dropout's. Keras does not count them as weights."""
    weights = {id(weight) for weight in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


def remove_checkpoints(folder: str) -> None:
    """Renames a folder of checkpoints, then removes it: a kill leaves all of them, or none.

    Also removes what a kill left of an earlier removal.
    """
    parent, _, name = folder.rpartition("/")
    tf.io.gfile.rename(folder, f"{parent}/{REMOVED}-{uuid.uuid4().hex}-{name}")
    for left in tf.io.gfile.glob(f"{parent}/{REMOVED}-*-{name}"):
        tf.io.gfile.rmtree(left)
