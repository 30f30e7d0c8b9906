"""The client of one served model, for asyncio. It differs from Client only in how it waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import tenacity

from serving.client import many
from serving.client.answers import (
    Answers,
    Arrays,
    Localization,
    Prediction,
    Segmentation,
    VersionStatus,
    read_answers,
    read_localizations,
    read_predictions,
    read_segmentations,
)
from serving.client.errors import name_missing
from serving.client.heat import HEAT_MAPS, HeatMaps, read_heat_maps
from serving.client.retries import Deadline, make_retrying
from serving.client.routes import KeyedImage, ModelVersion, Part, join
from serving.client.settings import Settings
from serving.client.transport import Api, AsyncWire

Images = Iterable[KeyedImage] | AsyncIterable[KeyedImage]

if TYPE_CHECKING:
    from serving.client.questions import Answer, Reader


class AsyncClient:
    """As Client, for asyncio. Use it in an `async with` block, in one event loop.

    Images are prepared, and sampled requests are written, in threads.
    """

    def __init__(self, api: Api, wire: AsyncWire, settings: Settings) -> None:
        self.model = settings.model
        self._api = api
        self._wire = wire
        self._settings = settings
        self._retrying = make_retrying(
            tenacity.AsyncRetrying, attempts=settings.attempts, timeout=settings.timeout
        )

    async def classify(
        self, images: Sequence[bytes], *, key: str | None = None
    ) -> list[Prediction]:
        """See Client.classify."""
        return await self._ask(images, self._choose(key), read_predictions)

    async def segment(
        self, images: Sequence[bytes], *, key: str | None = None
    ) -> list[Segmentation]:
        """See Client.segment."""
        return await self._ask(images, self._choose(key), read_segmentations)

    async def localize(
        self, images: Sequence[bytes], *, key: str | None = None
    ) -> list[Localization]:
        """See Client.localize."""
        return await self._ask(images, self._choose(key), read_localizations)

    async def ask(self, images: Sequence[bytes], *, key: str | None = None) -> Answers:
        """See Client.ask."""
        return await self._ask(images, self._choose(key), read_answers)

    async def map_heat(self, images: Sequence[bytes], *, key: str | None = None) -> list[HeatMaps]:
        """See Client.map_heat."""
        return await self._ask(images, self._choose(key), read_heat_maps, HEAT_MAPS)

    async def call(self, signature: str, inputs: Arrays, *, key: str | None = None) -> Arrays:
        """See Client.call."""
        with name_missing(signature):
            reply = await self._send(self._api.call(inputs, self._choose(key), signature))
        return self._api.read_arrays(reply)

    def classify_many(
        self, images: Images, *, batch: int = 8, concurrency: int = 4
    ) -> AsyncIterator[Prediction]:
        """See Client.classify_many; `images` may be an asynchronous iterable."""
        return self._ask_many(images, many.Pace(batch, concurrency), read_predictions)

    def segment_many(
        self, images: Images, *, batch: int = 8, concurrency: int = 4
    ) -> AsyncIterator[Segmentation]:
        """See Client.segment_many."""
        return self._ask_many(images, many.Pace(batch, concurrency), read_segmentations)

    def localize_many(
        self, images: Images, *, batch: int = 8, concurrency: int = 4
    ) -> AsyncIterator[Localization]:
        """See Client.localize_many."""
        return self._ask_many(images, many.Pace(batch, concurrency), read_localizations)

    def ask_many(
        self, images: Images, *, batch: int = 8, concurrency: int = 4
    ) -> AsyncIterator[Prediction | Segmentation | Localization]:
        """See Client.ask_many."""
        return self._ask_many(images, many.Pace(batch, concurrency), read_answers)

    async def list_versions(self) -> list[VersionStatus]:
        """See Client.list_versions."""
        return self._api.read_status(await self._send(self._api.get_status()))

    async def find_version(self, *, key: str | None = None) -> int:
        """See Client.find_version."""
        return self._api.read_version(await self._send(self._api.get_metadata(self._choose(key))))

    async def close(self) -> None:
        """See Client.close."""
        await self._wire.close()
        if self._settings.log:
            await asyncio.to_thread(self._settings.log.close)

    def _ask_many(
        self, images: Images, pace: many.Pace, read: Reader[Answer]
    ) -> AsyncIterator[Answer]:
        async def ask(batch: list[tuple[int, KeyedImage]]) -> list[Answer]:
            parts = self._settings.route.split(self.model, batch)
            return join(parts, [await self._ask_part(part, read) for part in parts])

        return many.ask_in_order_async(ask, many.count_async(images), pace)

    async def _ask_part(self, part: Part, read: Reader[Answer]) -> list[Answer]:
        with part.name_positions():
            return await self._ask(part.images, part.version, read)

    def _choose(self, key: str | None) -> ModelVersion:
        return self._settings.route.choose(self.model, key)

    async def _ask(
        self,
        images: Sequence[bytes],
        version: ModelVersion,
        read: Reader[Answer],
        signature: str = "",
    ) -> list[Answer]:
        if not images:
            return []
        from serving.client import questions  # Here, because it takes as long as all other imports.

        question = await asyncio.to_thread(questions.prepare, images, version, read, signature)
        with question.name_cause():
            reply = await self._send(self._api.predict(question.images, version, signature))
            outputs = self._api.read_outputs(reply)
        answers = question.read_answers(outputs)
        log = self._settings.log
        if log and log.is_drawn():
            await asyncio.to_thread(log.write, self.model, question, outputs)
        return answers

    async def _send(self, call: Any) -> Any:
        deadline = Deadline(self._settings.timeout)

        async def attempt() -> Any:
            return await self._wire.send(call, deadline.count_left())

        return await self._retrying.copy()(attempt)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
