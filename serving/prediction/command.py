"""The command `fcn predict`."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import IO, NoReturn

import typer

from serving import terminal
from serving.client import (
    ServerFailed,
    ServerNotReady,
    ServerUnavailable,
    ServingError,
    UnusableProxy,
)
from serving.prediction import answer_tables, progress
from serving.prediction.answer_tables import AnswerTable
from serving.prediction.image_list import (
    STDIN,
    ImageList,
    ImageSource,
    NothingFoundError,
    read_names,
)
from serving.prediction.options import (
    GRPC_URL,
    REST_URL,
    AsJSON,
    Bits,
    Confidence,
    CSVFile,
    FilesFrom,
    Heat,
    HeatClass,
    Images,
    ModelName,
    Output,
    Rest,
    ServerURL,
    Tile,
    Tiled,
    Timeout,
)
from serving.prediction.run import Counts, Request, ask_and_write
from serving.terminal import FAILED, WRONG_USE

MANY = 1000  # Images: their number is printed at the end.
Work = Callable[[AnswerTable], Counts]  # Asks about all images, and writes their rows.
NOT_SERVED = "Servable not found"  # TF Serving's words, over both protocols.
NO_FOLDER = (NotADirectoryError, FileExistsError)  # Of --output: what was given is a file.


def predict(
    images: Images = [],  # noqa: B006
    server: ServerURL = "",
    model: ModelName = "flowers",
    rest: Rest = False,
    as_json: AsJSON = False,
    csv_file: CSVFile = "",
    files_from: FilesFrom = "",
    output: Output = None,
    heat: Heat = False,
    heat_class: HeatClass = "",
    bits: Bits = None,
    confidence: Confidence = False,
    tiled: Tiled = False,
    tile: Tile = None,
    timeout: Timeout = 30.0,
) -> None:
    """Sends images to a served model, in small requests, and prints its answers as they come.

    A segmentation model's masks are written to a folder, each with an overlay on its image; so are
    images with the boxes of a localization model. With --output, each image of a classifier is
    written with its label below; with --heat, with what speaks for the label at each place. With
    --tiled, images may be larger than memory. Exit code: 1 if an image got no answer, 2 for wrong
    use.
    """
    heat_label = heat_class if heat or heat_class else None
    url = _choose_url(server, rest)
    request = Request(url, model, timeout, bits, output, confidence, heat_label)
    with ExitStack() as stack:
        sources = _find_images(images, files_from, request, stack)
        work = _choose_work(sources, request, tiled, tile)
        counts = _ask(work, request, _choose_table(as_json, csv_file))
    _sum_up(counts, sources.left_out if isinstance(sources, ImageList) else Counter())
    if counts.failed:
        raise typer.Exit(FAILED)


def _find_images(
    images: list[str], files_from: str, request: Request, stack: ExitStack
) -> ImageList | Iterator[ImageSource]:
    """The images that the arguments or a list name. Ends the command if there are none."""
    if bool(images) == bool(files_from):
        terminal.fail("Give images, or a list of images with --files-from.", WRONG_USE)
    try:
        if not files_from:
            return ImageList(images, request.folder)
        return read_names(stack.enter_context(_open_list(files_from)))
    except NothingFoundError as error:
        terminal.fail(str(error), WRONG_USE)
    except OSError as error:
        terminal.fail(f"Cannot read {files_from}: {error.strerror or error}.", WRONG_USE)


def _open_list(place: str) -> IO[str]:
    """A list of names, which need not be UTF-8."""
    file = sys.stdin.buffer if place == STDIN else Path(place).open("rb")  # noqa: SIM115
    return io.TextIOWrapper(file, errors="surrogateescape")


def _choose_table(as_json: bool, csv_file: str) -> AbstractContextManager[AnswerTable]:
    if as_json and csv_file:
        terminal.fail("Choose --json or --csv.", WRONG_USE)
    if csv_file:
        return answer_tables.open_csv(csv_file)
    return answer_tables.open_json() if as_json else answer_tables.open_tables()


def _choose_work(
    sources: Iterable[ImageSource], request: Request, tiled: bool, tile: int | None
) -> Work:
    """What asks about the images: whole, or in tiles. Ends the command for options that differ."""
    if not (tiled or tile):
        return lambda table: _ask_whole(sources, request, table)
    others = {
        "--heat": request.heat is not None,
        "--bits": request.bits is not None,
        "--confidence": request.confidence,
    }
    if refused := [name for name, is_given in others.items() if is_given]:
        terminal.fail(f"--tiled contradicts {' and '.join(refused)}: choose one.", WRONG_USE)
    from serving.prediction.tiled import run  # Here: only the extra `tiled` has what it imports.

    def ask(table: AnswerTable) -> Counts:
        with progress.show_tiles() as report:
            return run.ask_and_write(sources, request, table, report, side=tile)

    return ask


def _ask_whole(sources: Iterable[ImageSource], request: Request, table: AnswerTable) -> Counts:
    with progress.show() as advance:
        return ask_and_write(sources, request, table, advance)


def _ask(work: Work, request: Request, table: AbstractContextManager[AnswerTable]) -> Counts:
    """Asks and writes. An error that concerns all images ends the command."""
    try:
        with table as answers:
            return work(answers)
    except BrokenPipeError:
        raise
    except OSError as error:
        place, is_no_folder = error.filename or request.folder, isinstance(error, NO_FOLDER)
        terminal.fail(
            f"Cannot write to {place}: {error.strerror or error}. Choose another place.",
            WRONG_USE if is_no_folder else FAILED,
        )
    except (ServingError, ValueError) as error:
        _explain(error, request.url)


def _sum_up(counts: Counts, left_out: Counter[str]) -> None:
    """Prints the counts if there is more to know than the answers show.

    Ends the command if there were no images.
    """
    if counts.failed or left_out or counts.asked >= MANY:
        kinds = [f"{number:,} {kind}" for kind, number in sorted(left_out.items())]
        skipped = f" Left out of the folders: {', '.join(kinds)}." if kinds else ""
        answered = counts.asked - counts.failed
        text = f"{counts.asked:,} images: {answered:,} answered, {counts.failed:,} not.{skipped}"
        terminal.echo(text, err=True)
    if not counts.asked:
        terminal.fail("No image was found: check the names, or give other folders.", WRONG_USE)


def _choose_url(server: str, rest: bool) -> str:
    url = server or (REST_URL if rest else GRPC_URL)
    if rest and not url.startswith("http"):
        terminal.fail(
            f"--rest contradicts --server {url}: use --server http://HOST:PORT for REST, or "
            f"--server grpc://HOST:PORT without --rest for gRPC.",
            WRONG_USE,
        )
    return url


def _explain(error: Exception, url: str) -> NoReturn:
    if isinstance(error, ServerNotReady):
        advice = "Try again later: it is overloaded, or it is still loading the model."
        terminal.fail(f"{url} answers, but cannot predict now: {error}. {advice}", FAILED)
    if isinstance(error, ServerFailed):
        text = f"{url} answers, but its model failed: {error}. Read the log of the server."
        terminal.fail(text, FAILED)
    if isinstance(error, UnusableProxy) or not isinstance(error, ServingError):
        terminal.fail(str(error), WRONG_USE)
    if isinstance(error, ServerUnavailable):
        advice = "Start a server with `fcn serve`, and wait until it has loaded its models."
        terminal.fail(f"No answer from {url}: {error}. {advice}", FAILED)
    advice = ". Name a model that it serves: --model NAME." if NOT_SERVED in str(error) else ""
    terminal.fail(f"{url} rejected the request: {error}{advice}", WRONG_USE)
