"""How the project's HTML pages are rendered: names of files and classes come from strangers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from serving import printable


def make_environment(folder: Path) -> jinja2.Environment:
    """Renders the templates of a folder; all values are escaped, and all must be known."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        finalize=show,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def show(value: Any) -> Any:
    """Shows characters in a name that act instead of being seen."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return printable.message(value) if is_text else value
