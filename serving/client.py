"""The client library: asks one model, over gRPC or REST, what is on images.

with connect("grpc://localhost:8500", "flowers") as client:
    for prediction in client.classify([Path("rose.jpg").read_bytes()]):
        print(prediction.label, prediction.probabilities)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import tenacity

from serving.upright import UnreadableImageError, check, upright

GRPC_PORT = 8500  # TF Serving's, where a URL names none.

Result = TypeVar("Result")
Outputs = Mapping[str, Any]  # Nested lists by output name; strings as str.


class ServingError(Exception):
    """Any failure to get a prediction."""


class ServerUnavailable(ServingError):  # noqa: N818
    """No answer, or one that says the server failed: worth a retry."""


class RequestRejected(ServingError):  # noqa: N818
    """The server, or the client itself, refuses: the same request will fail again."""


class NotAnImage(RequestRejected):
    """An image of the request that cannot be read; `position` says which, from 0 on."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"Image {position + 1} of the request is no readable image: {reason}.")
        self.position = position
        self.reason = reason


@dataclass(frozen=True)
class Prediction:
    """What the model says of one image; probabilities by class name, in the model's order."""

    label: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class VersionState:
    """A version of the model as its server sees it: LOADING, AVAILABLE, UNLOADING or END."""

    version: int
    state: str
    error: str = ""


class Client(ABC):
    """One model on one server. Use it in a `with` block; threads may share it.

    Each try ends after `timeout` seconds. Where the server is unavailable it is tried again, up to
    `attempts` times in all, with growing pauses, until `timeout` seconds are over.
    """

    def __init__(self, model: str, *, timeout: float = 10.0, attempts: int = 3) -> None:
        self.model = model
        self._timeout = timeout
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(ServerUnavailable),
            wait=tenacity.wait_random_exponential(multiplier=0.2, max=2.0),
            stop=tenacity.stop_after_attempt(attempts) | tenacity.stop_after_delay(timeout),
            reraise=True,
        )

    def classify(self, images: Sequence[bytes]) -> list[Prediction]:
        """One prediction for each encoded image, all in one request; sizes and kinds may differ.

        Raises NotAnImage, RequestRejected or ServerUnavailable.
        """
        if not images:
            return []
        sent = [_servable(position, image) for position, image in enumerate(images)]
        try:
            outputs = self._retry(lambda: self._predict(sent))
        except RequestRejected:
            _blame(sent)
            raise
        return read_predictions(outputs, len(images))

    def status(self) -> list[VersionState]:
        """The states of the model's versions, the newest first."""
        return self._retry(self._status)

    @abstractmethod
    def close(self) -> None:
        """Ends the connection."""

    @abstractmethod
    def _predict(self, images: list[bytes]) -> Outputs: ...

    @abstractmethod
    def _status(self) -> list[VersionState]: ...

    def _retry(self, call: Callable[[], Result]) -> Result:
        return self._retrying.copy()(call)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def connect(url: str, model: str, *, timeout: float = 10.0, attempts: int = 3) -> Client:
    """A client for grpc://HOST:PORT, or for http://HOST:PORT (https too).

    Connects with the first request. Raises ValueError for any other URL.
    """
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and parts.hostname:
        from serving.rest_client import RestClient

        return RestClient(url, model, timeout=timeout, attempts=attempts)
    if parts.scheme == "grpc" and parts.hostname:
        from serving.grpc_client import GrpcClient  # Here, since it imports TensorFlow.

        target = parts.netloc if parts.port else f"{parts.netloc}:{GRPC_PORT}"
        return GrpcClient(target, model, timeout=timeout, attempts=attempts)
    raise ValueError(f"{url!r} is no server's address: write grpc://HOST:PORT or http://HOST:PORT.")


def read_predictions(outputs: Outputs, images: int) -> list[Prediction]:
    """Reads a classifier's outputs for so many images; without `labels`, classes go by number.

    Raises RequestRejected.
    """
    try:
        rows, winners = outputs["probabilities"], outputs["label"]
    except KeyError as error:
        raise RequestRejected(
            f"The model is no classifier: no output {error} among {sorted(outputs)}."
        ) from error
    names = outputs.get("labels") or [[str(number) for number in range(len(r))] for r in rows]
    _check_count({"probabilities": rows, "label": winners, "labels": names}, images)
    return [
        Prediction(label, _by_name(row, names_of_row))
        for label, row, names_of_row in zip(winners, rows, names, strict=True)
    ]


def _check_count(outputs: Outputs, images: int) -> None:
    for name, rows in outputs.items():
        if len(rows) != images:
            raise RequestRejected(
                f"The model's answers do not fit together: {len(rows)} rows of {name!r} came back "
                f"for {images} images. Each output must have one row for each image."
            )


def _by_name(row: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    if len(row) != len(names):
        raise RequestRejected(
            f"The model's answers do not fit together: {len(row)} probabilities came back for "
            f"{len(names)} class names."
        )
    return dict(zip(names, row, strict=True))


def _servable(position: int, image: bytes) -> bytes:
    try:
        return upright(image)
    except UnreadableImageError as error:
        raise NotAnImage(position, str(error)) from error


def _blame(images: Sequence[bytes]) -> None:
    """Says which image cannot be decoded, if one cannot: the server only knows that one is."""
    for position, image in enumerate(images):
        try:
            check(image)
        except UnreadableImageError as error:
            raise NotAnImage(position, str(error)) from error
