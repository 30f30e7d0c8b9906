"""The command `fcn imagenet`: a published classifier as a served model."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from pipeline import whole
from pipeline.cli.options import fail, fail_on_storage_errors
from pipeline.exit_codes import WRONG_USE
from serving.command_options import PushRoot
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console

Network = Annotated[
    str, typer.Argument(help="lite0 (EfficientNet-Lite0), or a network of keras.applications.")
]
Weights = Annotated[
    str, typer.Option(metavar="FILE", help="A file of the network's weights, with its classes.")
]
ClassNames = Annotated[
    str,
    typer.Option(
        metavar="FILE",
        help="The names of the classes, one in a line. Default: Keras downloads them.",
    ),
]


def imagenet(
    network: Network = "lite0",
    weights: Weights = "imagenet",
    class_names: ClassNames = "",
    push_root: PushRoot = Path("served"),
) -> None:
    """Pushes a published classifier of ImageNet's 1,000 classes, to ask it without training."""
    quiet_tensorflow()
    from trainer.export import imagenet as exports

    try:
        recipe = exports.make_recipe(network, weights, exports.read_names(class_names))
        version = push_root / recipe.name / str(int(time.time()))
        with fail_on_storage_errors(push_root), whole.fill_folder(version) as unfinished:
            exports.export(recipe, str(unfinished))
    except (OSError, ValueError) as error:
        fail(str(error), WRONG_USE)
    console.print(f"Version {version.name} is at {markup(str(version))}")
    console.print(f"To ask it: `fcn serve`, then `fcn predict IMAGE --model {recipe.name}`")
