"""The Trainer's entry: recipe in, SavedModel out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import keras
from tfx.components.trainer.fn_args_utils import FnArgs

from trainer import config, models, tasks
from trainer.data import input_pipeline
from trainer.export import saved_model, tiling
from trainer.learning import devices, head_phase, training
from trainer.learning.checkpoints import remove_checkpoints
from trainer.precision import use_precision


def run_fn(fn_args: FnArgs) -> None:
    """Called by TFX's Trainer.

    `custom_config` has the experiment's recipe as JSON, and the folder `checkpoints`: a run that
    was killed continues after the last epoch that it finished there.
    """
    recipe = config.recipe_from_json(fn_args.custom_config["experiment"])
    found = devices.find_devices(recipe)
    recipe = scale(recipe, found)
    keras.utils.set_random_seed(recipe.train.seed)
    statistics = tasks.find_task(recipe).read_statistics(
        fn_args.transform_output, recipe.data.classes
    )
    with use_precision(recipe.train.precision):
        model = models.build(recipe.model, statistics)
    if recipe.serve.tile:
        tiling.find_tiles(model, recipe)  # Fails before the training, not after it.
    checkpoints = choose_checkpoint_folder(fn_args, len(found))
    data = training.Datasets(
        train_from=lambda first: input_pipeline.read_training(
            fn_args.train_files, statistics.labels, recipe, first_batch=first
        ),
        val=input_pipeline.read_evaluation(fn_args.eval_files, statistics.labels, recipe),
        steps_per_epoch=input_pipeline.count_steps(fn_args.train_files, recipe),
    )
    folders = training.Folders(checkpoints, fn_args.model_run_dir)
    if recipe.head_phase:
        files = head_phase.Files(fn_args.train_files, fn_args.eval_files, statistics.labels)
        head_phase.fit_head(model, files, folders, recipe)
    training.fit(model, data, folders, recipe)
    saved_model.save(model, statistics, recipe, fn_args.serving_model_dir, data.val)
    remove_checkpoints(checkpoints)


def scale(recipe: config.Recipe, found: Sequence[str]) -> config.Recipe:
    """The recipe for these devices; prints what changes if there are several."""
    if len(found) == 1:
        return recipe
    scaled = devices.scale_recipe(recipe, len(found))
    print(devices.describe_scaling(recipe, scaled, found), flush=True)
    return scaled


def choose_checkpoint_folder(fn_args: FnArgs, count: int = 1) -> str:
    """The folder for this training's checkpoints: the same recipe and data have the same folder.

    Another number of devices has other batches, and so another folder.
    """
    parts = [fn_args.custom_config["experiment"], fn_args.transform_output, *fn_args.train_files]
    parts += [f"{count} devices"] * (count > 1)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{fn_args.custom_config['checkpoints']}/{digest[:16]}"
