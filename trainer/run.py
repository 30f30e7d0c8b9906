"""The Trainer's entry: experiment in, SavedModel out."""

from __future__ import annotations

import hashlib

import keras
import tensorflow as tf
from tfx.v1.components import FnArgs

from trainer import config, models, tasks, training
from trainer.data import input_pipeline
from trainer.export import saved_model


def run_fn(fn_args: FnArgs) -> None:
    """Called by TFX's Trainer.

    `custom_config` holds the experiment as JSON, and the folder `checkpoints`, below which a run
    that was killed finds its last epoch again.
    """
    experiment = config.from_json(fn_args.custom_config["experiment"])
    keras.utils.set_random_seed(experiment.train.seed)
    statistics = tasks.of(experiment).statistics(fn_args.transform_output, experiment.data.classes)
    model = models.build(experiment.model, statistics)
    checkpoints = checkpoint_folder(fn_args)
    training.fit(
        model,
        input_pipeline.training(fn_args.train_files, statistics.labels, experiment),
        input_pipeline.evaluation(fn_args.eval_files, statistics.labels, experiment),
        steps_per_epoch=input_pipeline.steps(fn_args.train_files, experiment),
        experiment=experiment,
        checkpoints=checkpoints,
        logs=fn_args.model_run_dir,
    )
    saved_model.save(model, statistics, experiment, fn_args.serving_model_dir)
    tf.io.gfile.rmtree(checkpoints)


def checkpoint_folder(fn_args: FnArgs) -> str:
    """Where this training's state is kept: the same folder for the same experiment and data."""
    parts = [fn_args.custom_config["experiment"], fn_args.transform_output, *fn_args.train_files]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{fn_args.custom_config['checkpoints']}/{digest[:16]}"
