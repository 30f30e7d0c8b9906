"""A client of one served model, for any protocol: what it asks, and which failures it retries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

import tenacity

from serving.client.answers import (
    Answers,
    Outputs,
    Prediction,
    Segmentation,
    read_answers,
    read_predictions,
    read_segmentations,
)
from serving.client.errors import NotAnImage, RequestRejected, ServerUnavailable
from serving.rgb_images import UnreadableImageError, check, make_upright

Result = TypeVar("Result")


@dataclass(frozen=True)
class VersionStatus:
    """A version of the model as its server sees it: LOADING, AVAILABLE, UNLOADING or END."""

    version: int
    state: str
    error: str = ""


class Client(ABC):
    """One model on one server. Use it in a `with` block; threads may share it.

    Each attempt ends after `timeout` seconds. If the server is unavailable, the client retries with
    growing pauses, for at most `attempts` attempts and about `timeout` seconds.
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
        """One prediction for each encoded image, in one request; sizes and formats may differ.

        Raises NotAnImage, RequestRejected or ServerUnavailable.
        """
        return read_predictions(self._request_outputs(images), len(images)) if images else []

    def segment(self, images: Sequence[bytes]) -> list[Segmentation]:
        """As `classify`, but one mask for each image, in the image's size."""
        return read_segmentations(self._request_outputs(images), len(images)) if images else []

    def ask(self, images: Sequence[bytes]) -> Answers:
        """As `classify`, but predictions or masks, depending on the model."""
        return read_answers(self._request_outputs(images), len(images)) if images else []

    def list_versions(self) -> list[VersionStatus]:
        """The states of the model's versions, newest first."""
        return self._retry(self._list_versions)

    @abstractmethod
    def close(self) -> None:
        """Closes the connection."""

    @abstractmethod
    def _predict(self, images: list[bytes]) -> Outputs: ...

    @abstractmethod
    def _list_versions(self) -> list[VersionStatus]: ...

    def _request_outputs(self, images: Sequence[bytes]) -> Outputs:
        sent = [_prepare(position, image) for position, image in enumerate(images)]
        try:
            return self._retry(lambda: self._predict(sent))
        except RequestRejected:
            _check_images(sent)
            raise

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


def _prepare(position: int, image: bytes) -> bytes:
    try:
        return make_upright(image)
    except UnreadableImageError as error:
        raise NotAnImage(position, str(error)) from error


def _check_images(images: Sequence[bytes]) -> None:
    """Raises NotAnImage for an image that cannot be decoded: the server does not say which."""
    for position, image in enumerate(images):
        try:
            check(image)
        except UnreadableImageError as error:
            raise NotAnImage(position, str(error)) from error
