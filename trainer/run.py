"""The Trainer's entry: recipe in, SavedModel out."""

from __future__ import annotations

import hashlib

from tfx.components.trainer.fn_args_utils import FnArgs

from trainer import config, tasks
from trainer.export import saved_model
from trainer.export.tiled import tiling
from trainer.learning import devices, phases
from trainer.learning.checkpoints import remove_checkpoints
from trainer.learning.head_phase import Files
from trainer.learning.training import Folders


def run_fn(fn_args: FnArgs) -> None:
    """Called by TFX's Trainer.

    `custom_config` has the experiment's recipe as JSON, and the folder `checkpoints`: a run that
    was killed continues after the last epoch that it finished there.
    """
    recipe = config.recipe_from_json(fn_args.custom_config["experiment"])
    found = devices.find_devices(recipe)
    recipe = phases.scale(recipe, found)
    statistics = tasks.find_task(recipe).read_statistics(
        fn_args.transform_output, recipe.data.classes
    )
    model = phases.build(recipe, statistics)
    if recipe.serve.tile:
        tiling.find_tiles(model, recipe)  # Fails before the training, not after it.
    checkpoints = choose_checkpoint_folder(fn_args, len(found))
    files = Files(fn_args.train_files, fn_args.eval_files, statistics.labels)
    val = phases.fit(model, files, Folders(checkpoints, fn_args.model_run_dir), recipe)
    saved_model.save(model, statistics, recipe, fn_args.serving_model_dir, val)
    remove_checkpoints(checkpoints)


def choose_checkpoint_folder(fn_args: FnArgs, count: int = 1) -> str:
    """The folder for this training's checkpoints: the same recipe and data have the same folder.

    Another number of devices has other batches, and so another folder.
    """
    parts = [fn_args.custom_config["experiment"], fn_args.transform_output, *fn_args.train_files]
    parts += [f"{count} devices"] * (count > 1)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{fn_args.custom_config['checkpoints']}/{digest[:16]}"
