"""The options of `fcn serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PushRoot = Annotated[
    Path, typer.Option(envvar="FCN_PUSH_ROOT", metavar="DIR", help="Folder of pushed versions.")
]
Port = Annotated[int, typer.Option(help="0: any free port.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Use 0.0.0.0 to accept other machines.")]
Ui = Annotated[bool, typer.Option("--ui", help="Also opens a page to try the models.")]
Browser = Annotated[bool, typer.Option(help="With --ui: open it in a browser, or print it only.")]
