"""The web application of a review: the page, and one path that takes decisions.

Pages of other sites cannot write: a decision needs the token of the page, which they cannot read
(same-origin policy), and the name of this machine as host, which a rebound name does not have.
"""

from __future__ import annotations

import json
import secrets

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from components.doubt.listing import DoubtList
from components.doubt.page import Review, render
from pipeline.review.decisions import Decisions

MOST_BYTES = 4096  # Of a decision.
FIELDS = {"sha256", "decision", "label"}


def make_app(found: DoubtList, decisions: Decisions, hosts: list[str]) -> Starlette:
    """The application. `hosts` are the names under which it answers."""
    token, nonce = secrets.token_urlsafe(), secrets.token_urlsafe()

    async def show(_: Request) -> Response:
        review = Review(token, nonce, str(decisions.path), decisions.made)
        return HTMLResponse(render(found, review), headers=make_headers(nonce))

    async def decide(request: Request) -> Response:
        sent = request.headers.get("x-review-token", "")
        if not secrets.compare_digest(sent.encode(), token.encode()):
            return PlainTextResponse("This is not the review's page: load it again.", 403)
        try:
            decisions.decide(**parse(await read_body(request)))
        except ValueError as error:
            return PlainTextResponse(str(error), 400)
        except OSError as error:
            return PlainTextResponse(f"{decisions.path} cannot be written: {error}", 500)
        return Response(status_code=204)

    routes = [Route("/", show), Route("/decisions", decide, methods=["POST"])]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, hosts)])


def make_headers(nonce: str) -> dict[str, str]:
    """What the browser may do with the page: run its own script, and nothing from elsewhere."""
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; connect-src 'self'; "
        f"script-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store"}


async def read_body(request: Request) -> bytes:
    """Reads a small body. Raises ValueError for a larger one."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise ValueError(f"A decision has at most {MOST_BYTES} bytes.")
    return body


def parse(body: bytes) -> dict[str, str]:
    """The fields of a decision. Raises ValueError for any other body."""
    fields = json.loads(body)
    if not isinstance(fields, dict) or fields.keys() != FIELDS:
        raise ValueError(f"A decision has the fields {', '.join(sorted(FIELDS))}.")
    if not all(isinstance(value, str) for value in fields.values()):
        raise ValueError("The fields of a decision are text.")
    return fields
