"""The calls of TF Serving's REST interface, and what their replies mean."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from serving.client.answers import Arrays, Outputs, VersionStatus
from serving.client.errors import NotTFServing
from serving.client.routes import ModelVersion

GZIP_LEVEL = 1  # Encoded images do not shrink; base64's third does, at any level.
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Call:
    """A request: its method, its path, its body and the headers that describe it."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class RestApi:
    """Calls about one model. With `compress`, bodies are sent with gzip."""

    def __init__(self, model: str, *, compress: bool = False) -> None:
        self._path = f"/v1/models/{quote(model, safe='')}"
        self._compress = compress

    def predict(self, images: Sequence[bytes], version: ModelVersion, signature: str = "") -> Call:
        """The call for a signature's outputs for images; `serving_default` without a name."""
        encoded = [{"b64": base64.b64encode(image).decode("ascii")} for image in images]
        return self._ask({"image_bytes": encoded}, version, signature)

    def call(self, inputs: Arrays, version: ModelVersion, signature: str) -> Call:
        """The call for a signature's outputs for arrays of numbers."""
        lists = {name: array.tolist() for name, array in inputs.items()}
        return self._ask(lists, version, signature)

    def _ask(self, inputs: dict[str, Any], version: ModelVersion, signature: str) -> Call:
        asked = {"signature_name": signature} if signature else {}
        body = json.dumps({**asked, "inputs": inputs}).encode("ascii")
        path = f"{self._path}{_make_suffix(version)}:predict"
        if not self._compress:
            return Call("POST", path, body, JSON)
        headers = {**JSON, "Content-Encoding": "gzip"}
        return Call("POST", path, gzip.compress(body, GZIP_LEVEL), headers)

    def read_outputs(self, reply: dict[str, Any]) -> Outputs:
        """Nested lists by output name."""
        outputs = reply.get("outputs")
        return outputs if isinstance(outputs, dict) else reply

    def read_arrays(self, reply: dict[str, Any]) -> Arrays:
        """The outputs by name."""
        import numpy as np

        return {name: np.asarray(found) for name, found in self.read_outputs(reply).items()}

    def get_status(self) -> Call:
        """The call for the states of all versions."""
        return Call("GET", self._path)

    def read_status(self, reply: dict[str, Any]) -> list[VersionStatus]:
        """Each version in the reply. Raises NotTFServing."""
        try:
            return [
                VersionStatus(
                    int(found["version"]), found["state"], found["status"]["error_message"]
                )
                for found in reply["model_version_status"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise NotTFServing(f"The status of {self._path} has no {error}.") from error

    def get_metadata(self, version: ModelVersion) -> Call:
        """The call for the metadata of a version."""
        return Call("GET", f"{self._path}{_make_suffix(version)}/metadata")

    def read_version(self, reply: dict[str, Any]) -> int:
        """The number of the version that answered. Raises NotTFServing."""
        try:
            return int(reply["model_spec"]["version"])
        except (KeyError, TypeError, ValueError) as error:
            raise NotTFServing(f"The metadata of {self._path} has no version: {error}.") from error


def _make_suffix(version: ModelVersion) -> str:
    if version.label:
        return f"/labels/{quote(version.label, safe='')}"
    return "" if version.number is None else f"/versions/{version.number}"
