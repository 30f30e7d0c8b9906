"""TF Serving's REST paths: tensorflow_serving/model_servers/http_rest_api_util.cc."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from serving.server.request_errors import BadInput

PREFIX = re.compile(r"/v1/.*", re.IGNORECASE | re.DOTALL)
WHICH = r"(?:(?:/versions/(?P<version>[0-9]+))|(?:/labels/(?P<label>[^/:]+)))?"
PATHS = {
    "POST": re.compile(
        rf"/v1/models/(?P<name>[^/:]+){WHICH}:(?P<verb>classify|regress|predict)", re.IGNORECASE
    ),
    "GET": re.compile(
        rf"/v1/models(?:/(?P<name>[^/:]+))?{WHICH}(?:/(?P<verb>metadata))?", re.IGNORECASE
    ),
}
VERBS = {"classify", "regress", "predict", "metadata"}
MAX_VERSION = 2**63 - 1


class Target(NamedTuple):
    """What a path asks for; the verb "status" stands for a model's path alone."""

    name: str
    version: int | None
    label: str | None
    verb: str


def parse(method: str, path: str) -> Target:
    """The target of a request. Raises BadInput, as TF Serving does for every other path."""
    match = PATHS[method].fullmatch(path) if method in PATHS else None
    if match is None:
        raise BadInput(f"Malformed request: {method} {path}")
    parts = match.groupdict()
    version = _read_version(parts["version"])
    verb = parts["verb"] or "status"
    if verb not in VERBS | {"status"} and method == "POST":  # Methods are in lower case.
        raise BadInput(f"Malformed request: {method} {path}")
    if not parts["name"]:
        raise BadInput("Missing model name in request.")
    label = unquote(parts["label"]) if parts["label"] else None
    verb = verb if verb == "metadata" or method == "POST" else "status"
    return Target(unquote(parts["name"]), version, label, verb)


def _read_version(digits: str | None) -> int | None:
    if digits is None:
        return None
    if len(digits.lstrip("0")) > len(str(MAX_VERSION)) or int(digits) > MAX_VERSION:
        raise BadInput(f"Failed to convert version: {digits} to numeric.")
    return int(digits)
