"""Where the API is, who asks, and whether it answers: one request before the kfp client is made.

The client itself knows no timeouts, asks for health five times with pauses, and says of a bad
certificate no more than that retries ran out.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from pipeline.kubeflow.schedule.errors import (
    RejectedError,
    ScheduleError,
    UnreachableError,
    WrongUseError,
    hidden,
    no_answer,
    refusal,
    told,
)

TOKEN = "FCN_KFP_TOKEN"
HEALTH = "/apis/v2beta1/healthz"
TIMEOUT = 20.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """The address of an installation, and how to get in. The token is read when it is needed."""

    host: str
    namespace: str = ""
    token_file: Path | None = None
    ca: Path | None = None

    def secret(self) -> str:
        """The token: the file's, which a cluster may renew meanwhile, else FCN_KFP_TOKEN's."""
        if not self.token_file:
            return os.environ.get(TOKEN, "").strip()
        try:
            return self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "no text"
            message = f"--token-file {self.token_file} cannot be read: {reason}."
            raise WrongUseError(message) from error


def address(host: str) -> str:
    """The host as a URL without a slash at its end; what is none is refused."""
    if not host:
        raise WrongUseError(
            "No address: give --host, or set FCN_KFP_HOST, for example http://localhost:8888."
        )
    parts = urlsplit(host)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUseError(f"--host {host}: a URL is wanted, as https://kubeflow.example.org.")
    if parts.username or parts.password:
        raise WrongUseError("--host holds a name or password: put a token into FCN_KFP_TOKEN.")
    return host.rstrip("/")


def is_multi_user(place: Place) -> bool:
    """Whether users have their own namespaces there; a ScheduleError if there is no such API."""
    secret = place.secret()
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    try:
        with httpx.Client(verify=trusted(place.ca), trust_env=False, timeout=TIMEOUT) as http:
            answer = http.get(place.host + HEALTH, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreached(place, hidden(str(error), secret)) from None
    if not answer.is_success:
        raise turned_away(place.host, answer.status_code, told(answer.content, secret))
    return bool(health(place.host, answer).get("multi_user"))


def trusted(ca: Path | None) -> ssl.SSLContext | bool:
    """The authorities that may vouch for the host: those of the file, or the usual ones."""
    if not ca:
        return True
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise WrongUseError(f"--ca {ca} holds no certificate in PEM format.") from error
    except OSError as error:
        raise WrongUseError(f"--ca {ca} cannot be read: {error.strerror}.") from error


def unreached(place: Place, reason: str) -> ScheduleError:
    """The error where no answer came: certificates apart from all else."""
    if "CERTIFICATE_VERIFY_FAILED" not in reason:
        return no_answer(place.host, reason)
    mend = (
        f"{place.ca} is not the CA that signed it, or the certificate is not in order"
        if place.ca
        else "give the file of the CA that signed it with --ca (or FCN_KFP_CA)"
    )
    return UnreachableError(f"{place.host} cannot prove who it is: {mend}. {reason}")


def turned_away(host: str, status: int, said: str) -> ScheduleError:
    """The error of an answer that is no health."""
    if status == 404:
        return RejectedError(
            f"{host} holds no API of Kubeflow Pipelines (404): check the path of --host, which in "
            "multi-user installations often ends in /pipeline."
        )
    if 300 <= status < 400:
        return login(host)
    return refusal(host, status, said)


def health(host: str, answer: httpx.Response) -> dict[str, Any]:
    """What the API says of itself."""
    try:
        found = answer.json()
    except ValueError:
        raise login(host) from None
    if not isinstance(found, dict):
        raise login(host)
    return found


def login(host: str) -> ScheduleError:
    """The error where a page comes in place of the API's answer."""
    return RejectedError(
        f"{host} answers with a page, not as the API of Kubeflow Pipelines: behind a login it "
        "wants a token (FCN_KFP_TOKEN, or --token-file); else check the path of --host."
    )
