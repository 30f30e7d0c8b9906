"""The command `fcn convolutionalize`: from a dense classifier to a network for any size."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import whole
from pipeline.cli.options import fail, fail_on_storage_errors
from pipeline.exit_codes import WRONG_USE
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console
from serving.versions import find_versions

if TYPE_CHECKING:
    import keras

SUFFIX = ".keras"

Source = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="A .keras file with Flatten and Dense layers, or a version that `fcn run` pushed.",
    ),
]
Target = Annotated[Path, typer.Argument(metavar="OUT", help="The .keras file to write.")]


def convolutionalize(source: Source, target: Target) -> None:
    """Turns a dense classifier into a network that scores every part of a larger image."""
    if target.suffix != SUFFIX:
        fail(f"{str(target)!r} does not end with {SUFFIX}: give such a name.", WRONG_USE)
    if not source.is_dir():
        check_file(source)
    quiet_tensorflow()
    from trainer.models.conversion import checks, convolutionalize

    try:
        model = load_version(source) if source.is_dir() else load(source)
        converted = convolutionalize.convolutionalize(model)
    except ValueError as error:
        fail(f"{str(source)!r} cannot be converted. {error}", WRONG_USE)
    with fail_on_storage_errors(target.parent), whole.fill_file(target) as unfinished:
        converted.save(unfinished)
    console.print(f"Wrote {markup(str(target))}.")
    report(converted, checks.list_padding_layers(model))


def check_file(source: Path) -> None:
    """Ends the command unless this is a file that keeps the layers of a model."""
    if not source.is_file():
        fail(
            f"{str(source)!r} does not exist: give a model's {SUFFIX} file, or a version such as "
            "served/mnist-dense/1764300000.",
            WRONG_USE,
        )
    if source.suffix != SUFFIX:
        fail(
            f"{str(source)!r} does not end with {SUFFIX}: save the model in Keras's own format, "
            "by model.save(...).",
            WRONG_USE,
        )


def load_version(folder: Path) -> keras.Model:
    """The part of a pushed model that takes images of one size. Raises ValueError."""
    from trainer.export import network
    from trainer.models.conversion import squares

    versions = find_versions(folder)
    if versions and not (folder / "saved_model.pb").is_file():
        raise ValueError(f"It is the folder of a model: give a version, {versions[max(versions)]}.")
    return squares.take_square_part(network.read(str(folder)))


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


def report(model: keras.Model, padding: list[str]) -> None:
    """Prints which images the network takes, how far apart its scores are, and which layers pad."""
    from trainer.models import geometry

    with suppress(ValueError):  # Of a model inside the model, the effect on sizes is unknown.
        height, width = geometry.find_smallest_input(model)
        down, right = geometry.compute_strides(model)[model.layers[-1].name]
        console.print(
            f"It takes images from {height} x {width} pixels up; its scores are {down} x {right} "
            "pixels apart."
        )
    if padding:
        console.print(
            f"These layers pad: {markup(', '.join(padding))}. At the edge of a part of the image, "
            "its score differs from that of a separate crop."
        )
