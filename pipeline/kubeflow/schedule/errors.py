"""What goes wrong between `fcn schedule` and a cluster: one sentence each, with the mend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.exit_codes import FAILED, WRONG_USE

SAID = ("message", "error_message", "error", "error_details")  # Where the API says why.
LONGEST = 400


class ScheduleError(Exception):
    """Stops a command. The text is what a person is told."""

    exit_code = FAILED


class WrongUseError(ScheduleError):
    """What was typed cannot be done; the cluster is not to blame."""

    exit_code = WRONG_USE


class UnreachableError(ScheduleError):
    """No answer, or a 5xx: the same may work a moment later."""


class RejectedError(ScheduleError):
    """A 4xx: the same will fail again."""


@contextmanager
def in_words(host: str, secret: str) -> Iterator[None]:
    """Turns what the kfp client raises into this module's errors, which never tell the secret."""
    import kfp_server_api
    import urllib3

    try:
        yield
    except kfp_server_api.ApiException as error:
        raise refusal(host, error.status or 0, told(error.body, secret)) from None
    except urllib3.exceptions.HTTPError as error:
        raise no_answer(host, hidden(str(error), secret)) from None
    except OSError as error:
        raise no_answer(host, hidden(str(error), secret)) from None
    except ValueError as error:
        raise WrongUseError(hidden(str(error), secret)) from None


def refusal(host: str, status: int, said: str) -> ScheduleError:
    """The error of an answer that is none of the 2xx."""
    because = f": {said}" if said else "."
    if status == 401:
        return RejectedError(
            f"{host} does not know who asks (401): put a token that holds into FCN_KFP_TOKEN, or "
            "give the file of one with --token-file."
        )
    if status == 403:
        return RejectedError(
            f"{host} does not allow this (403){because} Check --namespace, and what the token's "
            "owner may do there."
        )
    if status == 404:
        return RejectedError(f"{host} has no such thing (404){because}")
    if status >= 500 or not status:
        return UnreachableError(f"{host} could not answer ({status}){because} Try again later.")
    return RejectedError(f"{host} refused ({status}){because}")


def no_answer(host: str, reason: str) -> UnreachableError:
    """The error where nobody answers."""
    return UnreachableError(
        f"{host} does not answer: check --host (or FCN_KFP_HOST), and that the port-forward or VPN "
        f"is up. {reason}"
    )


def told(body: str | bytes | None, secret: str) -> str:
    """What an answer gives as its reason."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    try:
        reasons = json.loads(text)
    except ValueError:
        reasons = {}
    found = first(reasons) if isinstance(reasons, dict) else ""
    sentence = hidden(found or text, secret).strip()[:LONGEST]
    return sentence if sentence.endswith(".") or not sentence else f"{sentence}."


def first(reasons: dict[str, Any]) -> str:
    """The first text among the fields in which the API says why."""
    texts = (reasons.get(name) for name in SAID)
    return next((text for text in texts if isinstance(text, str) and text), "")


def hidden(text: str, secret: str) -> str:
    """The text without the secret."""
    return text.replace(secret, "***") if secret else text
