"""The client over TF Serving's REST interface. Imports no TensorFlow."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from serving.client.answers import Outputs
from serving.client.base import Client, VersionStatus
from serving.client.errors import (
    NotTFServing,
    RequestRejected,
    ServerFailed,
    ServerNotReady,
    ServerUnavailable,
)
from serving.client.loopback import is_loopback
from serving.client.proxies import check_proxies

NOT_READY = (429, 502, 503, 504)  # The last server, or a proxy before it, is overloaded or starts.


class RestClient(Client):
    """Asks http://HOST:PORT. Tests replace the network by an httpx `transport`."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        timeout: float = 10.0,
        attempts: int = 3,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(model, timeout=timeout, attempts=attempts)
        self._path = f"/v1/models/{model}"
        direct = is_loopback(httpx.URL(base_url).host)
        with check_proxies():
            self._http = httpx.Client(
                base_url=base_url, timeout=timeout, transport=transport, trust_env=not direct
            )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _predict(self, images: list[bytes]) -> Outputs:
        encoded = [{"b64": base64.b64encode(image).decode("ascii")} for image in images]
        answer = self._request("POST", ":predict", {"inputs": {"image_bytes": encoded}})
        return answer["outputs"] if isinstance(answer.get("outputs"), dict) else answer

    def _list_versions(self) -> list[VersionStatus]:
        return [
            VersionStatus(int(found["version"]), found["state"], found["status"]["error_message"])
            for found in self._request("GET", "")["model_version_status"]
        ]

    def _request(self, method: str, suffix: str, body: Any = None) -> dict[str, Any]:
        try:
            response = self._http.request(method, self._path + suffix, json=body)
        except httpx.TransportError as error:
            raise ServerUnavailable(f"{self._http.base_url}: {error}") from error
        if response.status_code in NOT_READY:
            raise ServerNotReady(_read_reason(response))
        if response.is_server_error:
            raise ServerFailed(_read_reason(response))
        if not response.is_success:
            raise RequestRejected(_read_reason(response))
        return _read_json(response)


def _read_reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]).rstrip(".")
    except (ValueError, KeyError, TypeError):  # Not TF Serving's answer: perhaps a proxy's page.
        return f"HTTP {response.status_code} {response.reason_phrase} from {response.url}"


def _read_json(response: httpx.Response) -> dict[str, Any]:
    try:
        return dict(response.json())
    except (ValueError, TypeError) as error:
        raise NotTFServing(f"{response.url} does not answer as TF Serving does: {error}") from error
