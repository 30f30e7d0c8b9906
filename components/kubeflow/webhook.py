"""Sends a message to a webhook, without a word about its URL, which is a secret."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import tenacity

ATTEMPTS = 5
TIMEOUT = 10.0  # Seconds for one attempt.


class NotDeliveredError(Exception):
    """The message did not arrive."""


class _NotNowError(NotDeliveredError):
    """Worth another try."""


def send(url: str, message: dict[str, Any], *, wait: float = 1.0) -> None:
    """Posts the message as JSON; tries again where that may help, after `wait` seconds and more.

    Raises NotDeliveredError, which says why but not where.
    """
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)  # They log where they send it.
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_NotNowError),
        wait=tenacity.wait_exponential(multiplier=wait, max=30 * wait),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        reraise=True,
    )
    retrying(_post, url, message)


def _post(url: str, message: dict[str, Any]) -> None:
    try:
        response = httpx.post(url, json=message, timeout=TIMEOUT)
    except httpx.InvalidURL:
        raise NotDeliveredError("The webhook's URL is none: mend its secret.") from None
    except httpx.UnsupportedProtocol:
        raise NotDeliveredError("The webhook's URL must begin with https:// or http://.") from None
    except httpx.TransportError as error:
        raise _NotNowError(f"No answer from the webhook: {type(error).__name__}.") from None
    if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise _NotNowError(f"The webhook answers {response.status_code}.")
    if not response.is_success:
        raise NotDeliveredError(f"The webhook refuses with {response.status_code}: mend its URL.")
