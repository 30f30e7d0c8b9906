"""Asks a server about any number of images, in requests of bounded size.

An image that cannot be answered does not stop the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from serving.client import (
    Client,
    InvalidOutput,
    MissingOutput,
    NotAnImage,
    NotTFServing,
    Prediction,
    RequestRejected,
    Segmentation,
    UnusableProxy,
)
from serving.prediction.image_list import ImageSource
from serving.rgb_images import UnreadableImageError, make_upright

IMAGES = 16  # In one request.
BYTES = 2**24  # Of the images in one request; a larger one is sent alone.
# Every further request would fail for the same reason.
NOT_ABOUT_IMAGES = (InvalidOutput, MissingOutput, NotTFServing, UnusableProxy)


@dataclass(frozen=True)
class Loaded:
    """An image and its bytes."""

    source: ImageSource
    encoded: bytes


@dataclass(frozen=True)
class Answered:
    """An image, its bytes, and what the model says about it."""

    image: Loaded
    answer: Prediction | Segmentation


@dataclass(frozen=True)
class Failed:
    """An image without an answer, and why."""

    source: ImageSource
    reason: str


def ask_all(
    client: Client, sources: Iterable[ImageSource], *, bits: int | None = None
) -> Iterator[Answered | Failed]:
    """An answer or a failure for each image. At most one request's images are in memory.

    `bits` is the depth of 16-bit files that do not declare it. Raises ServingError if the server
    would answer no request.
    """
    batch: list[Loaded] = []
    for source in sources:
        try:
            image = _load(source, bits)
        except (OSError, UnreadableImageError) as error:
            yield Failed(source, _explain(error))
            continue
        if not _fits(batch, image):
            yield from _ask(client, batch)
            batch = []
        batch.append(image)
    yield from _ask(client, batch)


def _ask(client: Client, batch: list[Loaded]) -> Iterator[Answered | Failed]:
    """Asks about a batch; if it is rejected, without the image that is to blame."""
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
    client: Client, batch: list[Loaded], error: RequestRejected
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


def _load(source: ImageSource, bits: int | None) -> Loaded:
    encoded = source.read()
    return Loaded(source, make_upright(encoded, bits=bits) if bits else encoded)


def _fits(batch: list[Loaded], image: Loaded) -> bool:
    length = sum(len(other.encoded) for other in batch) + len(image.encoded)
    return not batch or (len(batch) < IMAGES and length <= BYTES)


def _explain(error: OSError | UnreadableImageError) -> str:
    if isinstance(error, UnreadableImageError):
        return f"is not a readable image: {error}"
    return f"cannot be read: {error.strerror or error}"
