"""The command `fcn predict --bulk`."""

from __future__ import annotations

import logging
import os
import traceback
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from pipeline.cli import beam_options
from pipeline.cli.interrupt import end_at_interrupt
from pipeline.cli.options import fail
from pipeline.exit_codes import FAILED, WRONG_USE
from pipeline.guard import guard
from pipeline.storage_errors import StorageError, name_storage_errors
from serving import printable, terminal
from serving.commands import quiet_tensorflow
from serving.prediction.options import Bits

if TYPE_CHECKING:
    from pipeline.bulk.run import Bulk
    from pipeline.bulk.summary import BulkSummary

NAME = "predict --bulk"
FormatName = Literal["parquet", "tfrecord"]
SUFFIXES: dict[str, FormatName] = {
    ".parquet": "parquet",
    ".tfrecord": "tfrecord",
    ".tfrecords": "tfrecord",
}

Source = Annotated[
    str,
    typer.Argument(
        metavar="IN",
        help="Folder, file or quoted pattern: images, or TFRecords of tf.Examples with "
        "image/encoded.",
    ),
]
Target = Annotated[
    str,
    typer.Argument(
        metavar="OUT", help="New folder; one named *.parquet or *.tfrecord chooses the format."
    ),
]
ModelFolder = Annotated[
    str,
    typer.Option(
        envvar="FCN_PUSH_ROOT",
        metavar="DIR",
        help="SavedModel, model's folder (its newest version), or push root.",
    ),
]
Format = Annotated[
    str, typer.Option("--format", metavar="NAME", help="parquet or tfrecord. Default: parquet.")
]


class Commands(TyperGroup):
    """Commands among which `predict --bulk` is one of its own, with its own options."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments name, and those left for it."""
        options = args[: args.index("--")] if "--" in args else args
        if args[:1] == ["predict"] and "--bulk" in options:
            rest = args[1:]
            rest.remove("--bulk")
            args = [NAME, *rest]
        return super().resolve_command(ctx, args)


def predict_in_bulk(
    source: Source,
    target: Target,
    model: ModelFolder = "served",
    form: Format = "",
    bits: Bits = None,
    beam_runner: beam_options.Runner = "",
    beam: beam_options.Options = [],  # noqa: B006
) -> None:
    """Answers folders of images or TFRecords through Beam, without a server.

    Exit code: 1 if an image got no answer (rejects-*.csv in OUT names it), 2 for wrong use.
    """
    quiet_tensorflow()
    places = {
        name: _make_absolute(place)
        for name, place in {"IN": source, "OUT": target, "--model": model}.items()
    }
    beam_args = beam_options.read_bulk_args(beam_runner, beam, places)
    bulk = _make_bulk(places, _choose_format(target, form), bits)
    summary = _answer(bulk, beam_args)
    terminal.echo(
        f"{summary.found:,} images: {summary.answers:,} answered, {summary.rejects:,} not. "
        f"See {bulk.output}"
    )
    if summary.rejects:
        raise typer.Exit(FAILED)


def _make_bulk(places: dict[str, str], form: FormatName, bits: int | None) -> Bulk:
    from components.errors import DataError
    from pipeline.bulk.models import find_model
    from pipeline.bulk.run import Bulk

    try:
        return Bulk(places["IN"], places["OUT"], find_model(places["--model"]), form, bits)
    except DataError as error:
        fail(str(error), WRONG_USE)


def _answer(bulk: Bulk, beam_args: tuple[str, ...]) -> BulkSummary:
    """Runs the pipeline. An error ends the command: with 2 for wrong input, else 1."""
    from components.errors import DataError
    from pipeline.bulk import progress, run

    try:
        with (
            guard(),
            end_at_interrupt(f"{printable.message(bulk.output)} does not contain all answers."),
            progress.show(),
            name_storage_errors(bulk.output),
        ):
            return run.answer(bulk, beam_args)
    except DataError as error:
        fail(str(error), WRONG_USE)
    except StorageError as error:
        fail(str(error), FAILED)
    except Exception as error:
        logging.getLogger(__name__).error("%s", traceback.format_exc())
        reason = (str(error).strip().splitlines() or [""])[-1]
        fail(
            f"{type(error).__name__}: {reason} {bulk.output} does not contain all answers.", FAILED
        )


def _choose_format(target: str, form: str) -> FormatName:
    suffix = f".{form}" if form else os.path.splitext(target.rstrip("/"))[1]  # noqa: PTH122
    if form and suffix not in SUFFIXES:
        fail(f"--format {form}: choose parquet or tfrecord.", WRONG_USE)
    return SUFFIXES.get(suffix, "parquet")


def _make_absolute(place: str) -> str:
    return place.rstrip("/") if "://" in place else os.path.abspath(place)  # noqa: PTH100
