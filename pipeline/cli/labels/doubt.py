"""The command `fcn doubt`: which labels of a run, or which regions of its masks, are wrong?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import onednn
from pipeline.cli.data import Source, Workdir
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
from serving.command_options import PushRoot
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console, say

if TYPE_CHECKING:
    from components.doubt.judgement import Case
    from components.doubt.listing import DoubtList
    from trainer.config import Experiment
    from trainer.doubt_config import DoubtConfig

Shown = Annotated[
    int | None,
    typer.Option(
        "--most", help="Images on the page, up to 1000.", show_default="doubt.most, or 100"
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Weights of EfficientNet-Lite0 that judge labels: imagenet, or a file of your own.",
        show_default="doubt.weights, or imagenet",
    ),
]
OwnFolds = Annotated[
    int | None,
    typer.Option(
        metavar="K",
        help="Trains the experiment's own network K times, each time without a part of the images, "
        "which it judges then; 0: off.",
        show_default="doubt.own_folds, or 0",
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
    most: Shown = None,
    weights: Weights = None,
    own_folds: OwnFolds = None,
    model: Model = None,
    push_root: PushRoot = Path("served"),
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
) -> None:
    """Lists the labels that are probably wrong; of masks, the regions.

    Writes NAME-doubts.html to look at, and NAME-doubts.json for `fcn review NAME`.
    """
    quiet_tensorflow()
    onednn.turn_on()
    experiment = load(name, fast=fast, overrides=overrides)
    given = {"most": most, "weights": weights, "own_folds": own_folds}
    config = choose_config(experiment, given)
    version = ""
    if experiment.task == "masks" and not config.own_folds:
        version = find_version(experiment, model, push_root)
    write(judge(dataclasses.replace(experiment, doubt=config), source, workdir, version))


def choose_config(experiment: Experiment, given: dict[str, int | str | None]) -> DoubtConfig:
    """The experiment's values, with those that are given. Ends the command for an invalid one."""
    from trainer.doubt_config import DoubtConfig
    from trainer.overrides import apply_overrides

    doubt = experiment.doubt or DoubtConfig()
    chosen = {name: value for name, value in given.items() if value is not None}
    values = [f"doubt.{name}={value}" for name, value in chosen.items()]
    try:
        changed = apply_overrides(dataclasses.replace(experiment, doubt=doubt), values)
    except ValueError as error:
        fail(str(error), WRONG_USE)
    return changed.doubt or doubt


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


def judge(experiment: Experiment, source: str, workdir: str, version: str) -> DoubtList:
    """The doubts about the images of a run or a folder. Ends the command if they cannot be read."""
    from components.doubt import judgement
    from components.errors import DataError
    from pipeline.settings import choose_workdir

    folder = find_data(source) if source else ""
    try:
        workdir = choose_workdir(experiment.name, workdir)
        with open_case(experiment, folder, workdir, version) as case:
            if case.own:  # It prints its progress itself.
                return judgement.find(case)
            with console.status("Looking at the images"):
                return judgement.find(case)
    except FileNotFoundError as error:
        fail(f"{error} Or give the images by --data DIR.", WRONG_USE)
    except (DataError, ValueError, OSError) as error:
        fail(str(error), WRONG_USE)


@contextmanager
def open_case(experiment: Experiment, folder: str, workdir: str, version: str) -> Iterator[Case]:
    """The examples of a folder or a run, and who judges them."""
    from components.doubt import own_network
    from components.doubt.judgement import Case
    from pipeline.batches.examples import open_examples
    from pipeline.batches.transformed import open_transformed

    config, masks = experiment.doubt, experiment.task == "masks"
    assert config, "The command has added it."
    case = Case(experiment.name, "mask" if masks else "label", "", config, version)
    if not config.own_folds:
        with open_examples(experiment.data, folder, workdir) as ingested:
            yield dataclasses.replace(case, examples=ingested.examples)
        return
    with open_transformed(experiment, folder, workdir) as found:
        own = own_network.load(experiment, found.transform_graph, config.own_folds, say)
        yield dataclasses.replace(case, examples=found.examples, own=own)


def write(found: DoubtList) -> None:
    """Writes the page and the list, and prints what is in them."""
    from components.doubt import listing, page
    from serving.prediction.output_files import write_file

    html, listed = (Path(f"{found.name}-doubts.{ending}") for ending in ("html", "json"))
    with fail_on_storage_errors(html):
        write_file(html, page.render(found).encode())
        write_file(listed, listing.to_json(found).encode())
    say(found.summary)
    if found.left:
        say(f"{found.left} further images were not judged: there is a limit.")
    say(f"Wrote {markup(html)}.")
    if found.doubts:
        say(f"Decide about the first {len(found.doubts)} with")
        say(f"  fcn review {markup(found.name)}")
