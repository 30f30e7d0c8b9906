"""Which version of a model a request asks: the newest, one by number or label, or a canary."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from serving.client.errors import NotAnImage

STABLE, CANARY = "stable", "canary"  # TF Serving's version labels that a roll-out moves.
HASH_BYTES = 8

# An encoded image, or a pair of one and its key.
KeyedImage = bytes | tuple[bytes, str | None]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class ModelVersion:
    """A version of a model by number or by label; the newest if neither is given."""

    number: int | None = None
    label: str = ""


@dataclass(frozen=True)
class Part:
    """Images of a batch that ask the same version, and their positions in the whole call."""

    version: ModelVersion
    positions: list[int]
    images: list[bytes]

    @contextmanager
    def name_positions(self) -> Iterator[None]:
        """NotAnImage gets the position in the whole call."""
        try:
            yield
        except NotAnImage as error:
            raise NotAnImage(self.positions[error.position], error.reason) from error


def join(parts: Sequence[Part], answers: Sequence[Sequence[Answer]]) -> list[Answer]:
    """The answers to all parts of a batch, in the order of its images."""
    found = {
        position: answer
        for part, part_answers in zip(parts, answers, strict=True)
        for position, answer in zip(part.positions, part_answers, strict=True)
    }
    return [found[position] for position in sorted(found)]


@dataclass(frozen=True, kw_only=True)
class Route:
    """How the version of each request is chosen. Raises ValueError for options that contradict."""

    version: int | None = None
    label: str | None = None
    canary_percent: float | None = None

    def __post_init__(self) -> None:
        given = {name: value for name, value in vars(self).items() if value is not None}
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} contradict each other: give only one of them.")
        if self.version is not None and self.version < 0:
            raise ValueError(f"version is {self.version}: give a number from 0 up.")
        if self.canary_percent is not None and not 0 <= self.canary_percent <= 100:
            raise ValueError(f"canary_percent is {self.canary_percent}: give a number in 0..100.")

    def choose(self, model: str, key: str | None = None) -> ModelVersion:
        """The version for a request.

        With a canary, the same key always gets the same label, and keeps `canary` while the
        percentage grows; requests without a key are drawn at random.
        """
        if self.canary_percent is None:
            return ModelVersion(self.version, self.label or "")
        share = random.random() if key is None else hash_share(model, key)
        return ModelVersion(label=CANARY if share * 100 < self.canary_percent else STABLE)

    def split(self, model: str, batch: Iterable[tuple[int, KeyedImage]]) -> list[Part]:
        """The images of a batch, pairs of position and image, by the version that they ask.

        All images without a key are drawn together, so that a batch is at most two requests.
        """
        versions: dict[str | None, ModelVersion] = {}
        parts: dict[ModelVersion, Part] = {}
        for position, item in batch:
            image, key = item if isinstance(item, tuple) else (item, None)
            if key not in versions:
                versions[key] = self.choose(model, key)
            part = parts.setdefault(versions[key], Part(versions[key], [], []))
            part.positions.append(position)
            part.images.append(image)
        return list(parts.values())


def hash_share(model: str, key: str) -> float:
    """A number in 0..1 that depends on the model and the key only, on any machine."""
    text = f"{model}\0{key}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=HASH_BYTES).digest()
    return int.from_bytes(digest, "big") / 2 ** (8 * HASH_BYTES)
