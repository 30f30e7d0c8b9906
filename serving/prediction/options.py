"""The options of `fcn predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

GRPC_URL = "grpc://localhost:8500"
REST_URL = "http://localhost:8501"
OUTPUT = Path("predictions")

Images = Annotated[
    list[str],
    typer.Argument(
        help="Image files, folders, quoted patterns such as 'photos/**/*.jpg', or - for one image "
        "on standard input.",
        metavar="[IMAGE]...",
        show_default=False,
    ),
]
FilesFrom = Annotated[
    str,
    typer.Option(
        "--files-from",
        help="Reads the names of the images from a file, one in each line; - for standard input.",
        metavar="FILE",
    ),
]
ServerURL = Annotated[
    str,
    typer.Option(
        help="grpc://HOST:PORT or http://HOST:PORT; the scheme selects the protocol.",
        show_default=GRPC_URL,
    ),
]
ModelName = Annotated[str, typer.Option(help="Name of the served model.")]
Rest = Annotated[bool, typer.Option("--rest", help=f"Use REST: without --server, {REST_URL}.")]
AsJSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CSVFile = Annotated[
    str, typer.Option("--csv", help="Write CSV; - prints it.", metavar="FILE", show_default=False)
]
Output = Annotated[
    Path | None,
    typer.Option(
        help="Folder for masks, and for pictures with masks, boxes or labels.",
        metavar="DIR",
        show_default=f"{OUTPUT} for masks, nothing for labels",
    ),
]
Heat = Annotated[
    bool,
    typer.Option(
        "--heat", help="Draws what speaks for and against the label, over each classified image."
    ),
]
HeatClass = Annotated[
    str,
    typer.Option(
        "--heat-class",
        help="As --heat, for this class.",
        metavar="CLASS",
        show_default="the label of each image",
    ),
]
Bits = Annotated[
    int | None,
    typer.Option(help="Bits of each sample in 16-bit files that do not declare it.", min=8, max=16),
]
Confidence = Annotated[
    bool,
    typer.Option(
        "--confidence",
        help="Write the probability of each pixel's class too; for models with serve.confidence.",
    ),
]
Tiled = Annotated[
    bool,
    typer.Option(
        "--tiled",
        help="Reads each image in windows, for TIFF, PNG and JPEG of any size: the whole image's "
        "answer, without pictures of it. Continues what was interrupted.",
    ),
]
Tile = Annotated[
    int | None,
    typer.Option(
        "--tile",
        help="As --tiled, with tiles of this side, in pixels.",
        metavar="PIXELS",
        min=1,
        show_default="512, less for many classes",
    ),
]
Timeout = Annotated[float, typer.Option(help="Seconds to wait for an answer.", min=0.1)]
