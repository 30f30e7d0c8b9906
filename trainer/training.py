"""How a model learns: optimizer, schedule, checkpoints, and resuming after a kill."""

from __future__ import annotations

import math
import sys

import keras
import tensorflow as tf

from trainer import tasks
from trainer.config import Recipe


def fit(
    model: keras.Model,
    train: tf.data.Dataset,
    val: tf.data.Dataset,
    *,
    steps_per_epoch: int,
    recipe: Recipe,
    checkpoints: str,
    logs: str,
) -> keras.callbacks.History:
    """Trains the model in place and leaves it with its best weights by validation loss.

    Killed and called again with the same folder `checkpoints`, it goes on after the last finished
    epoch. The folder `logs` is for TensorBoard.
    """
    compile_model(model, steps_per_epoch, recipe)
    keeper = Checkpoints(model, checkpoints)
    history = model.fit(
        train,
        initial_epoch=keeper.epoch,
        epochs=recipe.train.epochs,
        steps_per_epoch=steps_per_epoch,
        validation_data=val,
        verbose=1 if sys.stdout.isatty() else 2,  # A bar, or in a log: lines.
        callbacks=[
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),  # Before what saves.
            keeper,
            keras.callbacks.TensorBoard(logs, write_graph=False),
        ],
    )
    keeper.restore_best()
    return history


def compile_model(model: keras.Model, steps_per_epoch: int, recipe: Recipe) -> None:
    """AdamW under a linear warm-up and a cosine (arXiv:1608.03983), averaged weights beside it."""
    config, task = recipe.train, tasks.of(recipe)
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
        loss=task.loss(config, classes),
        metrics=task.metrics(classes),
        jit_compile=False,  # XLA would compile anew for each shape of a batch.
    )
    optimizer.build(model.trainable_variables)


class Checkpoints(keras.callbacks.Callback):
    """Keeps the state at each epoch's start, and in it the best weights by validation loss.

    It is one checkpoint, replaced as a whole, so a kill at any moment leaves one that is complete.
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
        """How many epochs are finished."""
        return int(self._epoch)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Keeps the learned weights: by now they are back in the averages' place."""
        self._save(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Keeps the averaged weights where they are the best so far.

        Raises FloatingPointError where the loss is no number any more.
        """
        loss = logs["val_loss"]
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The validation loss of epoch {epoch + 1} is {loss}: lower train.learning_rate."
            )
        if loss < float(self._best_loss):
            self._best_loss.assign(loss)
            for kept, weight in zip(self._best, self.model.get_weights(), strict=True):
                kept.assign(weight)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Keeps the end too: what is killed after it has nothing to learn again."""
        self._save(self.params["epochs"])

    def restore_best(self) -> None:
        """Puts the best weights into the model."""
        self.model.set_weights([kept.numpy() for kept in self._best])

    def _save(self, epoch: int) -> None:
        self._epoch.assign(epoch)
        self._manager.save()
