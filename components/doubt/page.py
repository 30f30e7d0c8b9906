"""The page "Labels to doubt": one HTML file; with a `Review`, the page also takes decisions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from components.doubt.listing import DoubtList
from components.ingestion.corrections.file import Corrections
from serving.drawing.html_pages import make_environment


@dataclass(frozen=True)
class Review:
    """What the page of a review needs."""

    token: str  # Without it, the server takes no decision.
    nonce: str  # Only scripts that have it run.
    file: str  # Where the decisions are written.
    decisions: Corrections


def render(found: DoubtList, review: Review | None = None) -> str:
    """Renders the page. Names of files and classes come from strangers: they are escaped."""
    template = make_environment(Path(__file__).parent).get_template("doubts.html.j2")
    return template.render(found=found, review=review)
