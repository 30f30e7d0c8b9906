"""The options of `fcn serve` and `fcn predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

GRPC_URL = "grpc://localhost:8500"
REST_URL = "http://localhost:8501"
OUTPUT = Path("predictions")

PushRoot = Annotated[Path, typer.Option(help="Folder with <model>/<version>/.")]
Port = Annotated[int, typer.Option(help="0: any free port.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Use 0.0.0.0 to accept other machines.")]

Images = Annotated[list[Path], typer.Argument(help="Image files.", metavar="IMAGE...")]
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
Output = Annotated[
    Path | None,
    typer.Option(
        help="Folder for masks and their overlays.",
        metavar="DIR",
        show_default=str(OUTPUT),
    ),
]
Bits = Annotated[
    int | None,
    typer.Option(help="Bits of each sample in 16-bit files that do not declare it.", min=8, max=16),
]
Timeout = Annotated[float, typer.Option(help="Seconds to wait for an answer.", min=0.1)]
