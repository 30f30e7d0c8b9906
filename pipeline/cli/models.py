"""The command `fcn models`: a table, a picture, memory or feature maps of a model.

pipeline/inspection makes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Fast, Name, Set, fail, fail_on_storage_errors, load
from pipeline.exit_codes import WRONG_USE
from serving.command_options import PushRoot
from serving.commands import quiet_tensorflow
from serving.prediction.output_files import write_file
from serving.printable import markup
from serving.terminal import console, say

if TYPE_CHECKING:
    from pipeline.inspection.trained_model import TrainedModel
    from trainer.config import Experiment

Picture = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Draws the layers as a graph: FILE ends with .png, .svg or .pdf."
    ),
]
Memory = Annotated[
    bool, typer.Option("--memory", help="Prints the memory that predicting and training need.")
]
Features = Annotated[
    Path | None,
    typer.Option(metavar="IMAGE", help="Draws the feature maps of an image, for each stage."),
]
Sheet = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="The PNG with the feature maps.", show_default="IMAGE.features.png"
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The version whose weights make the feature maps.",
        show_default="the newest in served/NAME; without one, the weights before training",
    ),
]


def models(
    name: Name,
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
    memory: Memory = False,
    picture: Picture = None,
    features: Features = None,
    sheet: Sheet = None,
    model: Model = None,
    push_root: PushRoot = Path("served"),
) -> None:
    """Prints the layers of an experiment's model and the smallest image that it accepts.

    With --memory, --picture or --features it shows these instead.
    """
    if picture:
        check_format(picture)
    encoded = read_image(features) if features else b""
    quiet_tensorflow()
    experiment = load(name, fast=fast, overrides=overrides)
    if not (memory or picture or features):
        show_table(experiment)
    if memory:
        show_memory(experiment)
    if picture:
        draw_picture(experiment, picture)
    if features:
        file = sheet or Path(f"{features.stem}.features.png")
        draw_features(find_model(experiment, model, push_root), encoded, file)


def show_table(experiment: Experiment) -> None:
    """Prints the layers."""
    from pipeline.inspection import model_table

    model_table.show(experiment, console)


def show_memory(experiment: Experiment) -> None:
    """Prints the memory of the layers. Ends the command for tiles that the model cannot have."""
    from pipeline.inspection import memory_table, model_table

    try:
        memory_table.show(model_table.build_shown(experiment), experiment, console)
    except ValueError as error:
        fail(str(error), WRONG_USE)


def check_format(picture: Path) -> None:
    """Ends the command for a file that cannot be drawn."""
    from pipeline.inspection.formats import FORMATS

    if picture.suffix.lower().lstrip(".") not in FORMATS:
        known = ", ".join(f".{each}" for each in FORMATS)
        fail(f"--picture {picture} has no known ending: use one of {known}.", WRONG_USE)


def draw_picture(experiment: Experiment, file: Path) -> None:
    """Writes the picture of the layers."""
    from pipeline.inspection import graph_picture, model_table

    model = model_table.build_shown(experiment)
    drawn = graph_picture.draw(model, model_table.list_shapes(model), file.suffix.lower()[1:])
    write(file, drawn)


def find_model(experiment: Experiment, folder: Path | None, push_root: Path) -> TrainedModel:
    """The version in the folder, the newest one, or the model before training."""
    from pipeline.inspection import model_table, trained_model

    version = folder or trained_model.find_newest(push_root, experiment.name)
    try:
        if version:
            return trained_model.read(version)
        return trained_model.build_untrained(experiment, model_table.list_labels(experiment))
    except (OSError, ValueError) as error:  # Of weights that are missing, or do not fit.
        fail(str(error), WRONG_USE)


def read_image(path: Path) -> bytes:
    """The image as TensorFlow decodes it. Ends the command if it cannot be read."""
    from serving import rgb_images

    try:
        encoded = rgb_images.make_upright(path.read_bytes())
        rgb_images.check(encoded)
    except (OSError, rgb_images.UnreadableImageError) as error:
        fail(f"{path} is not a readable image: {error}", WRONG_USE)
    return encoded


def draw_features(model: TrainedModel, encoded: bytes, file: Path) -> None:
    """Writes the sheet, and prints whose weights made the maps."""
    from pipeline.inspection import feature_maps, feature_sheet

    found = feature_maps.compute(model, encoded)
    write(file, feature_sheet.draw(found, model.weights))
    say(f"Feature maps by the {markup(model.weights)}.")


def write(file: Path, data: bytes) -> None:
    """Writes a whole file, and prints its name."""
    with fail_on_storage_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, data)
    say(f"Wrote {markup(file)}")
