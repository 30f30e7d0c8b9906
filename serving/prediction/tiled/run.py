"""Answers all images in tiles, one after the other, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from serving import terminal
from serving.client import connect
from serving.prediction.answer_tables import AnswerTable, ClassRow, Row
from serving.prediction.image_list import STDIN, ImageSource
from serving.prediction.run import Counts, Request
from serving.prediction.tiled import answers
from serving.prediction.tiled.answers import Asker
from serving.prediction.tiled.grid import NoTilesError
from serving.prediction.tiled.headers import RefusedImageError
from serving.prediction.tiled.records import InUseError

# Takes an image's name, its finished tiles, and all of its tiles.
Report = Callable[[str, int, int], None]


def ask_and_write(
    sources: Iterable[ImageSource],
    request: Request,
    table: AnswerTable,
    report: Report,
    *,
    side: int | None = None,
) -> Counts:
    """Writes a row for each answer, and names each image without one on stderr.

    All tiles are asked of the version that is the newest at the start. Raises ServingError,
    ValueError for a side that is not a multiple of the stride, or OSError if a file cannot be
    written.
    """
    counts = Counts()
    with connect(request.url, request.model, timeout=request.timeout) as client:
        version = client.find_version()
    with connect(request.url, request.model, timeout=request.timeout, version=version) as client:
        asker = Asker(client, version, request.folder, side)
        for source in sources:
            row = _answer(asker, source, report)
            if isinstance(row, str):
                counts.failed += 1
                terminal.echo(f"{source.name} {row}.", err=True)
                continue
            counts.classes += isinstance(row, ClassRow)
            counts.drawn += not isinstance(row, ClassRow)
            table.add(row)
    return counts


def _answer(asker: Asker, source: ImageSource, report: Report) -> Row | str:
    """The row of an image, or why it has none."""
    if source.name == STDIN:
        return "cannot be read in windows: save standard input as a file"
    try:
        return answers.answer(asker, source, lambda done, whole: report(source.name, done, whole))
    except RefusedImageError as error:
        return f"cannot be read in windows: {error}"
    except NoTilesError as error:
        return f"cannot be answered in tiles. {str(error).rstrip('.')}"
    except InUseError as error:
        return f"is left out: {error}"
