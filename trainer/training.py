"""How a model learns: optimizer, schedule, checkpoints, and resuming after a kill."""

from __future__ import annotations

import math
import sys
from typing import NamedTuple

import keras
import tensorflow as tf

from trainer import tasks
from trainer.config import Recipe


def fit(
    model: keras.Model, data: Datasets, folders: Folders, recipe: Recipe
) -> keras.callbacks.History:
    """Trains the model in place and leaves it with its best weights by validation loss.

    If it was killed and is called again with the same folder of checkpoints, it continues after
    the last finished epoch.
    """
    compile_model(model, data.steps_per_epoch, recipe)
    checkpointer = Checkpoints(model, folders.checkpoints)
    history = model.fit(
        data.train,
        initial_epoch=checkpointer.epoch,
        epochs=recipe.train.epochs,
        steps_per_epoch=data.steps_per_epoch,
        validation_data=data.val,
        verbose=1 if sys.stdout.isatty() else 2,  # A progress bar; in a log, lines.
        callbacks=[
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),  # Before the callbacks that save.
            checkpointer,
            keras.callbacks.TensorBoard(folders.logs, write_graph=False),
        ],
    )
    checkpointer.restore_best()
    return history


class Datasets(NamedTuple):
    """Batches: endless ones to train on, and those of the validation split."""

    train: tf.data.Dataset
    val: tf.data.Dataset
    steps_per_epoch: int


class Folders(NamedTuple):
    """Where a training writes."""

    checkpoints: str
    logs: str  # For TensorBoard.


def compile_model(model: keras.Model, steps_per_epoch: int, recipe: Recipe) -> None:
    """Compiles it with AdamW: linear warm-up, cosine decay (arXiv:1608.03983), averaged weights."""
    config, task = recipe.train, tasks.find_task(recipe)
    warmup = round(config.warmup_epochs * steps_per_epoch)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(1, config.epochs * steps_per_epoch - warmup),
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        global_clipnorm=1.0,
        use_ema=True,
        ema_momentum=config.ema_momentum,
    )
    classes = model.output_shape[-1]
    model.compile(
        optimizer=optimizer,
        loss=task.build_loss(config, classes),
        metrics=task.build_metrics(classes),
        jit_compile=False,  # XLA would compile again for each batch shape.
    )
    optimizer.build(model.trainable_variables)


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
        state = tf.train.Checkpoint(model=model, optimizer=model.optimizer, **progress)
        self._manager = tf.train.CheckpointManager(state, folder, max_to_keep=1)
        self._manager.restore_or_initialize()
        self.set_model(model)

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
