"""Errors between `fcn schedule` and a cluster: one sentence each, with the fix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.exit_codes import FAILED, WRONG_USE

REASONS = ("message", "error_message", "error", "error_details")  # Fields of the API's errors.
LONGEST = 400


class ScheduleError(Exception):
    """Stops a command. The user reads the message."""

    exit_code = FAILED


class WrongUseError(ScheduleError):
    """The command's arguments are wrong, not the cluster."""

    exit_code = WRONG_USE


class UnreachableError(ScheduleError):
    """No answer, or a 5xx: a retry may succeed."""


class RejectedError(ScheduleError):
    """A 4xx: a retry will fail."""


@contextmanager
def translate_errors(host: str, secret: str) -> Iterator[None]:
    """Turns the kfp client's errors into this module's, without the secret."""
    import kfp_server_api
    import urllib3

    try:
        yield
    except kfp_server_api.ApiException as error:
        raise build_error(host, error.status or 0, read_reason(error.body, secret)) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise build_unreachable(host, hide(str(error), secret)) from None
    except ValueError as error:
        raise WrongUseError(hide(str(error), secret)) from None


def build_error(host: str, status: int, reason: str) -> ScheduleError:
    """The error for an answer with an error status."""
    because = f": {reason}" if reason else "."
    if status == 401:
        return RejectedError(
            f"{host}: authentication failed (401): set FCN_KFP_TOKEN to a valid token, or give "
            "the file of one with --token-file."
        )
    if status == 403:
        return RejectedError(
            f"{host} denied permission (403){because} Check --namespace, and the permissions of "
            "the token's owner there."
        )
    if status == 404:
        return RejectedError(f"{host} has no such object (404){because} Check the name or ID.")
    if status >= 500 or not status:
        return UnreachableError(f"{host} could not answer ({status}){because} Try again later.")
    fix = " Correct the option that the reason names." if reason else ""
    return RejectedError(f"{host} refused the request ({status}){because}{fix}")


def build_unreachable(host: str, reason: str) -> UnreachableError:
    """The error for no answer at all."""
    return UnreachableError(
        f"{host} does not answer: check --host (or FCN_KFP_HOST), and that the port-forward or VPN "
        f"is up. {reason}"
    )


def read_reason(body: str | bytes | None, secret: str) -> str:
    """The reason in the body of an error, as a sentence without the secret."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    try:
        fields = json.loads(text)
    except ValueError:
        fields = {}
    found = find_reason(fields) if isinstance(fields, dict) else ""
    sentence = hide(found or text, secret).strip()[:LONGEST]
    return sentence if sentence.endswith(".") or not sentence else f"{sentence}."


def find_reason(fields: dict[str, Any]) -> str:
    """The first text in the fields for reasons."""
    texts = (fields.get(name) for name in REASONS)
    return next((text for text in texts if isinstance(text, str) and text), "")


def hide(text: str, secret: str) -> str:
    """The text without the secret."""
    return text.replace(secret, "***") if secret else text
