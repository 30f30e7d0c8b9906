"""The API's address and credentials, and one request to it before the kfp client is made.

The client itself has no timeouts, asks for health five times with pauses, and reports a bad
certificate only as too many retries.
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
    build_error,
    build_unreachable,
    hide,
    read_reason,
)

TOKEN = "FCN_KFP_TOKEN"
HEALTH = "/apis/v2beta1/healthz"
TIMEOUT = 20.0


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The address of an installation, and the user's credentials there."""

    host: str
    namespace: str = ""
    token_file: Path | None = None
    ca: Path | None = None

    def read_token(self) -> str:
        """The token in the file, which a cluster may renew at any time; else FCN_KFP_TOKEN."""
        if not self.token_file:
            return os.environ.get(TOKEN, "").strip()
        try:
            return self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise WrongUseError(
                f"--token-file {self.token_file} cannot be read ({reason}): give a readable text "
                "file that contains only the token."
            ) from error


def check_address(host: str) -> str:
    """The host as a URL without a slash at its end. Raises WrongUseError for anything else."""
    if not host:
        raise WrongUseError(
            "No address: give --host, or set FCN_KFP_HOST, for example http://localhost:8888."
        )
    parts = urlsplit(host)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUseError(
            f"--host {host} is not a URL: write one such as https://kubeflow.example.org."
        )
    if parts.username or parts.password:
        raise WrongUseError(
            "--host contains a user name or password: set FCN_KFP_TOKEN to a token instead."
        )
    return host.rstrip("/")


def is_multi_user(endpoint: Endpoint) -> bool:
    """Whether users have their own namespaces there. Raises ScheduleError if there is no API."""
    token = endpoint.read_token()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    verify = load_authorities(endpoint.ca)
    try:
        with httpx.Client(verify=verify, trust_env=False, timeout=TIMEOUT) as http:
            answer = http.get(endpoint.host + HEALTH, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise explain_no_answer(endpoint, hide(str(error), token)) from None
    if not answer.is_success:
        reason = read_reason(answer.content, token)
        raise explain_status(endpoint.host, answer.status_code, reason)
    return bool(read_health(endpoint.host, answer).get("multi_user"))


def load_authorities(ca: Path | None) -> ssl.SSLContext | bool:
    """The trusted authorities: those in the file, or the system's."""
    if not ca:
        return True
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise WrongUseError(
            f"--ca {ca} is not a PEM certificate: give the CA certificate as a PEM file."
        ) from error
    except OSError as error:
        raise WrongUseError(
            f"--ca {ca} cannot be read ({error.strerror}): check the path and its permissions."
        ) from error


def explain_no_answer(endpoint: Endpoint, reason: str) -> ScheduleError:
    """The error for no answer, or for a certificate that is not trusted."""
    if "CERTIFICATE_VERIFY_FAILED" not in reason:
        return build_unreachable(endpoint.host, reason)
    if endpoint.ca:
        return UnreachableError(
            f"{endpoint.host} has a certificate that is invalid or that {endpoint.ca} did not "
            f"sign: give the signing CA with --ca, or renew the certificate. ({reason})"
        )
    return UnreachableError(
        f"{endpoint.host} has an untrusted certificate: give the file of the CA that signed it "
        f"with --ca (or FCN_KFP_CA). ({reason})"
    )


def explain_status(host: str, status: int, reason: str) -> ScheduleError:
    """The error for a health check with an error status."""
    if status == 404:
        return RejectedError(
            f"{host} has no API of Kubeflow Pipelines (404): check the path of --host, which in "
            "multi-user installations often ends in /pipeline."
        )
    if 300 <= status < 400:
        return explain_page(host)
    return build_error(host, status, reason)


def read_health(host: str, answer: httpx.Response) -> dict[str, Any]:
    """The API's report on itself."""
    try:
        found = answer.json()
    except ValueError:
        raise explain_page(host) from None
    if not isinstance(found, dict):
        raise explain_page(host)
    return found


def explain_page(host: str) -> ScheduleError:
    """The error for a web page in place of the API's answer."""
    return RejectedError(
        f"{host} answers with a web page, not with the API of Kubeflow Pipelines: if it asks for a "
        "login, set FCN_KFP_TOKEN or give --token-file; else check the path of --host."
    )
