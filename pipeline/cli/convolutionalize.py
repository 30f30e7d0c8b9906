"""The command `fcn convolutionalize`: from a dense classifier's file to a network for any size."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import fail, fail_on_storage_errors
from pipeline.exit_codes import WRONG_USE
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console

if TYPE_CHECKING:
    import keras

SUFFIX = ".keras"

Source = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A .keras file with Flatten and Dense layers.")
]
Target = Annotated[Path, typer.Argument(metavar="OUT", help="The .keras file to write.")]


def convolutionalize(source: Source, target: Target) -> None:
    """Turns a dense classifier into a network that scores every part of a larger image."""
    if target.suffix != SUFFIX:
        fail(f"{str(target)!r} does not end with {SUFFIX}: give such a name.", WRONG_USE)
    check_source(source)
    quiet_tensorflow()
    from trainer.models.conversion import checks, convolutionalize

    model = load(source)
    try:
        converted = convolutionalize.convolutionalize(model)
    except ValueError as error:
        fail(f"{str(source)!r} cannot be converted. {error}", WRONG_USE)
    with fail_on_storage_errors(target.parent):
        write(converted, target)
    report(converted, checks.list_padding_layers(model), target)


def check_source(source: Path) -> None:
    """Ends the command unless this is a file that keeps the layers of a model."""
    if (source / "saved_model.pb").is_file():
        fail(
            f"{str(source)!r} is a SavedModel: it has operations, but no layers. Give the "
            f"{SUFFIX} file that it was exported from. Models that `fcn run` pushes need no "
            "conversion: they are fully convolutional.",
            WRONG_USE,
        )
    if not source.is_file():
        fail(f"{str(source)!r} is not a file: give a model's {SUFFIX} file.", WRONG_USE)
    if source.suffix != SUFFIX:
        fail(
            f"{str(source)!r} does not end with {SUFFIX}: save the model in Keras's own format, "
            "by model.save(...).",
            WRONG_USE,
        )


def load(source: Path) -> keras.Model:
    """The model of a file. Ends the command if Keras cannot read it."""
    import keras

    try:
        return keras.models.load_model(source, compile=False)
    except Exception as error:  # Keras raises errors of many types for damaged files.
        fail(
            f"{str(source)!r} cannot be read by Keras {keras.__version__}: {error}",
            WRONG_USE,
        )


def write(model: keras.Model, target: Path) -> None:
    """Writes the file under a temporary name, then renames it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{uuid.uuid4().hex}{SUFFIX}")
    try:
        model.save(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def report(model: keras.Model, padding: list[str], target: Path) -> None:
    """Prints which images the network takes, and how far apart its scores are."""
    from trainer.models import geometry

    console.print(f"Wrote {markup(str(target))}.")
    try:
        height, width = geometry.find_smallest_input(model)
        step = geometry.compute_strides(model)[model.layers[-1].name]
    except ValueError:  # A model inside the model.
        return
    console.print(
        f"It takes images from {height} x {width} pixels up; its scores are {step[0]} x {step[1]} "
        "pixels apart."
    )
    if padding:
        console.print(
            f"These layers pad: {markup(', '.join(padding))}. At the edge of a part of the image, "
            "its score differs from that of a separate crop."
        )
