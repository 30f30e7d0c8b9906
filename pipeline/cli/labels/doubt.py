"""The command `fcn doubt`: which labels of a run, or which regions of its masks, are wrong?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.data import Source, Workdir
from pipeline.cli.options import (
    Fast,
    Name,
    PushRoot,
    Set,
    fail,
    fail_on_storage_errors,
    find_data,
    load,
)
from pipeline.exit_codes import WRONG_USE
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console, say

if TYPE_CHECKING:
    from pipeline.doubt.listing import DoubtList
    from trainer.config import Experiment

MOST = 1000  # Images on the page, about 15 kB each.

Shown = Annotated[int, typer.Option("--most", help="Images on the page.", min=1, max=MOST)]
Weights = Annotated[
    str,
    typer.Option(
        metavar="FILE",
        help="Weights of EfficientNet-Lite0 that judge labels: imagenet, or a file of your own.",
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The version that judges masks.",
        show_default="the newest in served/NAME",
    ),
]


def doubt(
    name: Name,
    source: Source = "",
    workdir: Workdir = "",
    most: Shown = 100,
    weights: Weights = "imagenet",
    model: Model = None,
    push_root: PushRoot = Path("served"),
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
) -> None:
    """Lists the labels that are probably wrong; of masks, the regions.

    Writes NAME-doubts.html to look at, and NAME-doubts.json for `fcn review NAME`.
    """
    quiet_tensorflow()
    experiment = load(name, fast=fast, overrides=overrides)
    version = find_version(experiment, model, push_root) if experiment.data.mask else ""
    write(judge_images(experiment, source, workdir, most, version or weights))


def judge_images(
    experiment: Experiment, source: str, workdir: str, most: int, judged_by: str
) -> DoubtList:
    """The doubts about the images of a run or a folder. Ends the command if they cannot be read."""
    from components.errors import DataError
    from pipeline.batches.examples import open_examples
    from pipeline.settings import choose_workdir

    folder = find_data(source) if source else ""
    try:
        workdir = choose_workdir(experiment.name, workdir)
        with (
            open_examples(experiment.data, folder, workdir) as ingested,
            console.status("Looking at the images"),
        ):
            return judge(ingested.examples, experiment, most, judged_by)
    except FileNotFoundError as error:
        fail(f"{error} Or give the images by --data DIR.", WRONG_USE)
    except (DataError, ValueError, OSError) as error:
        fail(str(error), WRONG_USE)


def find_version(experiment: Experiment, model: Path | None, push_root: Path) -> str:
    """The folder of the version that judges masks. Ends the command if there is none."""
    from pipeline.inspection import trained_model

    version = model or trained_model.find_newest(push_root, experiment.name)
    if not version:
        fail(
            f"{push_root}/{experiment.name} has no version to judge the masks: run "
            f"`fcn run {experiment.name}` first, or give one by --model DIR.",
            WRONG_USE,
        )
    return str(version)


def judge(examples: str, experiment: Experiment, most: int, judged_by: str) -> DoubtList:
    """The doubts, by weights of the backbone or, for masks, by a version of the segmenter."""
    if not experiment.data.mask:
        from pipeline.doubt import labels
        from trainer.model_config import Lite0Config

        config = Lite0Config(weights=judged_by)
        return labels.find(examples, experiment.name, config, most=most)
    from pipeline.doubt import regions
    from pipeline.inspection import trained_model
    from trainer.export import saved_model

    names = tuple(saved_model.read_labels(judged_by))
    segmenter = trained_model.read(Path(judged_by))
    return regions.find(examples, experiment.name, segmenter, names, most=most)


def write(found: DoubtList) -> None:
    """Writes the page and the list, and prints what is in them."""
    from pipeline.doubt import listing, page
    from serving.prediction.output_files import write_file

    html, listed = (Path(f"{found.name}-doubts.{ending}") for ending in ("html", "json"))
    with fail_on_storage_errors(html):
        write_file(html, page.render(found).encode())
        listing.write(listed, found)
    say(f"{found.doubted} of {found.images} images have a {found.kind} that is probably wrong.")
    if found.left:
        say(f"{found.left} further images were not judged: there is a limit.")
    say(f"Wrote {markup(html)}. Decide about the first {len(found.doubts)} with")
    say(f"  fcn review {markup(found.name)}")
