"""The command `fcn data`: a picture of what the Trainer sees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import whole
from pipeline.cli.options import (
    Fast,
    Name,
    Set,
    fail,
    fail_on_storage_errors,
    find_data,
    load,
)
from pipeline.exit_codes import WRONG_USE
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console

if TYPE_CHECKING:
    from PIL import Image

    from pipeline.local.ingestion import Ingested
    from trainer.config import Experiment

MOST = 64  # Batches that are in memory at once.

Source = Annotated[
    str,
    typer.Option(
        "--data", metavar="DIR", help="Images, as for `fcn run`. Default: those of the last run."
    ),
]
Workdir = Annotated[
    str,
    typer.Option(metavar="DIR", help="Folder of the last run. Default: FCN_WORKDIR, or runs/NAME."),
]
PictureFile = Annotated[
    Path | None,
    typer.Option("--picture", metavar="FILE", help="The PNG to write. Default: NAME-batches.png."),
]
Batches = Annotated[int, typer.Option(help="How many batches to draw.", min=1, max=MOST)]


def data(
    name: Name,
    source: Source = "",
    workdir: Workdir = "",
    picture: PictureFile = None,
    batches: Batches = 4,
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
) -> None:
    """Draws augmented batches as the Trainer sees them, and prints their sizes."""
    quiet_tensorflow()
    from pipeline.settings import choose_workdir

    experiment = load(name, fast=fast, overrides=overrides)
    folder = find_data(source) if source else ""
    target = picture or Path(f"{experiment.name}-batches.png")
    place = choose_workdir(experiment.name, workdir)
    drawn = draw(experiment, folder, place, batches)
    with fail_on_storage_errors(target.parent), whole.fill_file(target) as unfinished:
        drawn.save(unfinished, "PNG")
    console.print(f"Wrote {markup(str(target))}.")


def draw(experiment: Experiment, folder: str, workdir: str, number: int) -> Image.Image:
    """The picture of some batches. Ends the command if there are no examples to draw."""
    from components.errors import DataError
    from pipeline.batches import examples

    try:
        with examples.open_examples(experiment.data, folder, workdir) as found:
            return show(found, experiment, number)
    except FileNotFoundError as error:
        fail(f"{error} Or give the images by --data DIR.", WRONG_USE)
    except DataError as error:
        fail(str(error), WRONG_USE)


def show(found: Ingested, experiment: Experiment, number: int) -> Image.Image:
    """Prints the sizes of some batches, and returns their picture."""
    from pipeline.batches import contact_sheet, examples, sizes
    from pipeline.tasks import TASKS

    with console.status("Reading batches"):
        batches = examples.read_batches(found, experiment, number)
    console.print(sizes.build_table(batches))
    labels = experiment.data.classes or found.labels
    return contact_sheet.draw(batches, labels, TASKS[experiment.task])
