"""The page "Labels to doubt": one HTML file; with a `Review`, the page also takes decisions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from components.ingestion.corrections.file import Corrections
from pipeline.doubt.listing import DoubtList
from serving import printable


@dataclass(frozen=True)
class Review:
    """What the page of a review needs."""

    token: str  # Without it, the server takes no decision.
    nonce: str  # Only scripts that have it run.
    file: str  # Where the decisions are written.
    decisions: Corrections


def render(found: DoubtList, review: Review | None = None) -> str:
    """Renders the page. Names of files and classes come from strangers: they are escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=show,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("doubts.html.j2")
    return template.render(found=found, review=review)


def show(value: Any) -> Any:
    """Shows characters in a name that act instead of being seen."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return printable.message(value) if is_text else value
