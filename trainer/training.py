"""How a model learns: optimizer, schedule, and resuming after a kill."""

from __future__ import annotations

import sys
from collections.abc import Callable

import keras
import tensorflow as tf

from trainer import tasks
from trainer.checkpoints import Checkpoints
from trainer.config import Recipe


def fit(
    model: keras.Model,
    train: Callable[[int], tf.data.Dataset],
    val: tf.data.Dataset,
    *,
    steps_per_epoch: int,
    recipe: Recipe,
    checkpoints: str,
    logs: str,
) -> keras.callbacks.History:
    """Trains the model in place and leaves it with its best weights by validation loss.

    `train` gives the batches from a number on. If the training was killed and is called again with
    the same folder `checkpoints`, it continues after the last finished epoch, with the batches that
    it would have seen. The folder `logs` is for TensorBoard.
    """
    compile_model(model, steps_per_epoch, recipe)
    checkpointer = Checkpoints(model, checkpoints)
    history = model.fit(
        train(checkpointer.epoch * steps_per_epoch),
        initial_epoch=checkpointer.epoch,
        epochs=recipe.train.epochs,
        steps_per_epoch=steps_per_epoch,
        validation_data=val,
        verbose=1 if sys.stdout.isatty() else 2,  # A progress bar; in a log, lines.
        callbacks=[
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),  # Before the callbacks that save.
            checkpointer,
            keras.callbacks.TensorBoard(logs, write_graph=False),
        ],
    )
    checkpointer.restore_best()
    return history


def compile_model(model: keras.Model, steps_per_epoch: int, recipe: Recipe) -> None:
    """AdamW with a linear warm-up, a cosine schedule (arXiv:1608.03983) and averaged weights."""
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
        jit_compile=False,  # XLA would compile again for each batch shape.
    )
    optimizer.build(model.trainable_variables)
