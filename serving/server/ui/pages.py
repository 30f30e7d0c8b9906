"""The page to try models: its files, the settings of its script, and upright images.

It has the origin of the REST interface, which therefore needs no CORS. It loads nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from importlib import resources

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response

from serving import formats, overlay
from serving.drawing import diverging, heat
from serving.rgb_images import UnreadableImageError, check, make_upright
from serving.server.request_errors import BadInput
from serving.server.rest.bodies import read_body
from serving.server.rest.limits import BodyBudget, Limits
from serving.server.rest.rest_app import Pages

FILES = ("page.css", "page.js", "layers.js", "requests.js")
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
HEAT_LEVELS = 255  # An odd number: the middle one is zero.
MOST_BYTES = 128 * 2**20  # Of an image: in base64 it fits into the body of a request.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_pages(list_models: Callable[[], Iterable[str]]) -> Pages:
    """What answers each path of the page. `list_models` gives the names to choose from."""
    return {
        "/": partial(_send_file, "page.html"),
        **{f"/{name}": partial(_send_file, name) for name in FILES},
        "/settings": partial(_send_settings, list_models),
        "/upright": UprightImages(),
    }


class UprightImages:
    """Answers an image file with the bytes that the client would send to a model.

    One image is decoded at a time, so memory for one is enough.
    """

    def __init__(self) -> None:
        limits = Limits(body_bytes=MOST_BYTES, all_bytes=2 * MOST_BYTES)
        self._limits = limits
        self._budget = BodyBudget(limits)
        self._turn = asyncio.Lock()

    async def __call__(self, request: Request) -> Response:
        """Raises RequestError."""
        with self._budget.count() as counter:
            encoded = bytes(await read_body(request, counter, self._limits))
            async with self._turn:
                upright = await asyncio.to_thread(_prepare, encoded)
        return _respond(upright, f"image/{str(formats.detect(upright)).lower()}")


def _prepare(encoded: bytes) -> bytes:
    try:
        upright = make_upright(encoded)
        check(upright)
    except UnreadableImageError as error:
        raise BadInput(f"This file is not an image that models can read: {error}.") from error
    return upright


async def _send_file(name: str, _: Request) -> Response:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return _respond(text, TYPES[name.rsplit(".")[-1]])


async def _send_settings(list_models: Callable[[], Iterable[str]], _: Request) -> Response:
    """The models, and the colours that pictures of `serving.drawing` have."""
    settings = {
        "models": list(list_models()),
        "palette": overlay.make_palette().tolist(),
        "heat": make_heat_colours().tolist(),
        "opacities": {"mask": overlay.OPACITY, "heat": heat.OPACITY},
        "contrast": heat.FADED,
        "most_bytes": MOST_BYTES,
    }
    return _respond(orjson.dumps(settings), "application/json")


def make_heat_colours() -> np.ndarray:
    """Colours and opacity of evidence from -1 to 1: [HEAT_LEVELS, 4] uint8. Zero is clear."""
    values = np.linspace(-1, 1, HEAT_LEVELS)
    opacity = np.rint(255 * np.abs(values)).astype(np.uint8)
    return np.column_stack([diverging.colour(values), opacity])


def _respond(content: str | bytes, kind: str) -> Response:
    return Response(content, headers=HEADERS, media_type=kind)
