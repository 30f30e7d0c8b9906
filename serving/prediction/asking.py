"""Asks a server about any number of images, in a few requests of bounded size at a time.

An image that cannot be answered does not stop the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from serving.client import (
    Client,
    HeatMaps,
    InvalidOutput,
    MissingOutput,
    MissingSignature,
    NotAnImage,
    NotTFServing,
    RequestRejected,
    UnusableProxy,
    VersionStatus,
)
from serving.client.answers import Answer
from serving.client.many import Pace, ask_in_order
from serving.prediction.batches import split_into_batches
from serving.prediction.image_list import ImageSource
from serving.rgb_images import UnreadableImageError, make_upright

REQUESTS = 4  # At once, so that the server may work while answers are written.
# Every further request would fail for the same reason.
NOT_ABOUT_IMAGES = (InvalidOutput, MissingOutput, MissingSignature, NotTFServing, UnusableProxy)


@dataclass(frozen=True)
class Loaded:
    """An image and its bytes."""

    source: ImageSource
    encoded: bytes


@dataclass(frozen=True)
class Answered:
    """An image, its bytes, and what the model says about it."""

    image: Loaded
    answer: Answer | HeatMaps


@dataclass(frozen=True)
class Failed:
    """An image without an answer, and why."""

    source: ImageSource
    reason: str


Item = Loaded | Failed  # What reading an image gives.


class Asker(Protocol):
    """A client, or what asks it for other answers."""

    def ask(self, images: Sequence[bytes]) -> Sequence[Answer | HeatMaps]:
        """An answer for each image."""

    def list_versions(self) -> list[VersionStatus]:
        """The states of the model's versions."""


@dataclass(frozen=True)
class HeatAsker:
    """Asks a client for heat maps."""

    client: Client

    def ask(self, images: Sequence[bytes]) -> list[HeatMaps]:
        """Heat maps for each image."""
        return self.client.map_heat(images)

    def list_versions(self) -> list[VersionStatus]:
        """The states of the model's versions."""
        return self.client.list_versions()


def ask_all(
    client: Asker, sources: Iterable[ImageSource], *, bits: int | None = None
) -> Iterator[Answered | Failed]:
    """An answer or a failure for each image; few requests' images are in memory.

    `bits` is the depth of 16-bit files that do not declare it. Raises ServingError if the server
    would answer no request.
    """

    def ask(batches: list[list[Item]]) -> list[Answered | Failed]:
        return [found for batch in batches for found in _ask_about(client, batch)]

    loaded = (_load(source, bits) for source in sources)
    batches = split_into_batches(loaded, _count_bytes)
    return ask_in_order(ask, batches, Pace(batch=1, concurrency=REQUESTS))


def _ask_about(client: Asker, batch: list[Item]) -> Iterator[Answered | Failed]:
    """The failures of a batch, then what becomes of its images."""
    yield from (item for item in batch if isinstance(item, Failed))
    yield from _ask(client, [item for item in batch if isinstance(item, Loaded)])


def _ask(client: Asker, batch: list[Loaded]) -> Iterator[Answered | Failed]:
    """Asks about images; if they are rejected, without the one that is to blame."""
    if not batch:
        return
    try:
        answers = client.ask([image.encoded for image in batch])
    except NotAnImage as error:
        yield Failed(batch.pop(error.position).source, f"is not a readable image: {error.reason}")
        yield from _ask(client, batch)
    except NOT_ABOUT_IMAGES:
        raise
    except RequestRejected as error:
        yield from _ask_apart(client, batch, error)
    else:
        yield from map(Answered, batch, answers)


def _ask_apart(
    client: Asker, batch: list[Loaded], error: RequestRejected
) -> Iterator[Answered | Failed]:
    """Asks about each image of a rejected request. Raises the error if the model is not served."""
    try:
        client.list_versions()
    except RequestRejected:
        raise error from None
    if len(batch) == 1:
        yield Failed(batch[0].source, f"is rejected by the server: {error}")
        return
    for image in batch:
        yield from _ask(client, [image])


def _load(source: ImageSource, bits: int | None) -> Item:
    try:
        encoded = source.read()
        return Loaded(source, make_upright(encoded, bits=bits) if bits else encoded)
    except (OSError, UnreadableImageError) as error:
        return Failed(source, _explain(error))


def _explain(error: OSError | UnreadableImageError) -> str:
    if isinstance(error, UnreadableImageError):
        return f"is not a readable image: {error}"
    return f"cannot be read: {error.strerror or error}"


def _count_bytes(item: Item) -> int:
    return len(item.encoded) if isinstance(item, Loaded) else 0
