"""What the clients need of a protocol: pure calls and answers, and a wire that sends them.

An API builds calls and reads replies; it is the same for both kinds of client. A wire sends a call
and returns its reply, or raises a ServingError; there is one for each kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from serving.client.answers import Arrays, Outputs, VersionStatus
from serving.client.routes import ModelVersion


class Api(Protocol):
    """Calls about one model, and what their replies mean. Performs no input or output."""

    def predict(self, images: Sequence[bytes], version: ModelVersion, signature: str = "") -> Any:
        """The call for a signature's outputs for images; `serving_default` without a name."""

    def read_outputs(self, reply: Any) -> Outputs:
        """The outputs in the reply to `predict`."""

    def call(self, inputs: Arrays, version: ModelVersion, signature: str) -> Any:
        """The call for a signature's outputs for arrays."""

    def read_arrays(self, reply: Any) -> Arrays:
        """The outputs in the reply to `call`."""

    def get_status(self) -> Any:
        """The call for the states of all versions."""

    def read_status(self, reply: Any) -> list[VersionStatus]:
        """The states in the reply to `get_status`."""

    def get_metadata(self, version: ModelVersion) -> Any:
        """The call for the metadata of a version."""

    def read_version(self, reply: Any) -> int:
        """The number of the version that answered `get_metadata`."""


class Wire(Protocol):
    """Sends calls to one server, and may be shared by threads."""

    def send(self, call: Any, seconds: float) -> Any:
        """The reply to a call within this time. Raises ServingError."""

    def close(self) -> None:
        """Closes all connections."""


class AsyncWire(Protocol):
    """As Wire, for asyncio."""

    async def send(self, call: Any, seconds: float) -> Any:
        """The reply to a call within this time. Raises ServingError."""

    async def close(self) -> None:
        """Closes all connections."""
