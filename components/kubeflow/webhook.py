"""Sends a message to a webhook. Its URL is a secret: it is never logged."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import tenacity

from serving.client import UnusableProxy
from serving.client.proxies import check_proxies

ATTEMPTS = 5
TIMEOUT = 10.0  # Seconds for one attempt.


class NotDeliveredError(Exception):
    """The message did not arrive."""


class _RetryableError(NotDeliveredError):
    """A retry may succeed."""


def send(url: str, message: dict[str, Any], *, wait: float = 1.0) -> None:
    """Posts the message as JSON. Retries if that may help, after `wait` seconds, then longer.

    Raises NotDeliveredError, which does not contain the URL.
    """
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)  # They log the URL of each request.
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_RetryableError),
        wait=tenacity.wait_exponential(multiplier=wait, max=30 * wait),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        reraise=True,
    )
    retrying(_post, url, message)


def _post(url: str, message: dict[str, Any]) -> None:
    try:
        with check_proxies():
            http = httpx.Client(timeout=TIMEOUT)
        with http:
            response = http.post(url, json=message)
    except UnusableProxy as error:
        raise NotDeliveredError(str(error)) from None
    except httpx.InvalidURL:
        raise NotDeliveredError("The webhook's URL is invalid: fix its secret.") from None
    except httpx.UnsupportedProtocol:
        raise NotDeliveredError(
            "The webhook's URL does not begin with https:// or http://: fix its secret."
        ) from None
    except httpx.TransportError as error:
        raise _RetryableError(f"The webhook does not answer: {type(error).__name__}.") from None
    if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise _RetryableError(f"The webhook answered {response.status_code}.")
    if not response.is_success:
        raise NotDeliveredError(
            f"The webhook answered {response.status_code}: check the URL in its secret."
        )
