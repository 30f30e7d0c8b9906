"""A request for predictions before it is sent, and its answers: the same for both clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from serving.client.answers import Outputs
from serving.client.errors import MissingSignature, NotAnImage, RequestRejected, name_missing
from serving.client.routes import ModelVersion
from serving.rgb_images import UnreadableImageError, check, make_upright

Answer = TypeVar("Answer")
Reader = Callable[[Outputs, int], list[Answer]]  # Reads the answers for this many images.


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """Images as they are sent, what is asked about them, and how the outputs are read."""

    images: list[bytes]
    version: ModelVersion
    read: Reader[Answer]
    signature: str = ""  # `serving_default`.

    def read_answers(self, outputs: Outputs) -> list[Answer]:
        """An answer for each image. Raises RequestRejected."""
        return self.read(outputs, len(self.images))

    @contextmanager
    def name_cause(self) -> Iterator[None]:
        """Raises NotAnImage for a rejected request if one of its images cannot be decoded.

        The server does not say which one it is. Raises MissingSignature if it lacks the signature.
        """
        try:
            with name_missing(self.signature):
                yield
        except MissingSignature:
            raise
        except RequestRejected:
            for position, image in enumerate(self.images):
                with _name_image(position):
                    check(image)
            raise


def prepare(
    images: Sequence[bytes], version: ModelVersion, read: Reader[Answer], signature: str = ""
) -> Question[Answer]:
    """A question about encoded images of any size and format. Raises NotAnImage."""
    upright = []
    for position, image in enumerate(images):
        with _name_image(position):
            upright.append(make_upright(image))
    return Question(upright, version, read, signature)


@contextmanager
def _name_image(position: int) -> Iterator[None]:
    try:
        yield
    except UnreadableImageError as error:
        raise NotAnImage(position, str(error)) from error
