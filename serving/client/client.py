"""The client of one served model, for any protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from serving.client.transport import Api, Wire

if TYPE_CHECKING:
    from serving.client.questions import Answer, Reader


class Client:
    """One model on one server. Use it in a `with` block; threads may share it.

    A call ends after `timeout` seconds, retries included. All methods raise NotAnImage or another
    RequestRejected, or ServerUnavailable.
    """

    def __init__(self, api: Api, wire: Wire, settings: Settings) -> None:
        self.model = settings.model
        self._api = api
        self._wire = wire
        self._settings = settings
        self._retrying = make_retrying(
            tenacity.Retrying, attempts=settings.attempts, timeout=settings.timeout
        )

    def classify(self, images: Sequence[bytes], *, key: str | None = None) -> list[Prediction]:
        """One prediction for each encoded image, in one request; sizes and formats may differ.

        With `canary_percent`, the same key always asks the same version.
        """
        return self._ask(images, self._choose(key), read_predictions)

    def segment(self, images: Sequence[bytes], *, key: str | None = None) -> list[Segmentation]:
        """As `classify`, but one mask for each image, in the image's size."""
        return self._ask(images, self._choose(key), read_segmentations)

    def localize(self, images: Sequence[bytes], *, key: str | None = None) -> list[Localization]:
        """As `classify`, but one label and one box for each image, in pixels of the image."""
        return self._ask(images, self._choose(key), read_localizations)

    def ask(self, images: Sequence[bytes], *, key: str | None = None) -> Answers:
        """As `classify`, but predictions, masks or boxes, depending on the model."""
        return self._ask(images, self._choose(key), read_answers)

    def map_heat(self, images: Sequence[bytes], *, key: str | None = None) -> list[HeatMaps]:
        """As `classify`, with the score of each class at each position of the images.

        Raises MissingSignature for a model without such maps.
        """
        return self._ask(images, self._choose(key), read_heat_maps, HEAT_MAPS)

    def call(self, signature: str, inputs: Arrays, *, key: str | None = None) -> Arrays:
        """A signature's outputs for arrays of numbers, such as `score_tiles`; strings are str.

        Raises MissingSignature for a model without it.
        """
        with name_missing(signature):
            reply = self._send(self._api.call(inputs, self._choose(key), signature))
        return self._api.read_arrays(reply)

    def classify_many(
        self, images: Iterable[KeyedImage], *, batch: int = 8, concurrency: int = 4
    ) -> Iterator[Prediction]:
        """Predictions in the order of the images, which may be more than fit into memory.

        With `canary_percent`, an item may be a pair of an image and its key. Up to `concurrency`
        batches of `batch` images are under way; one in which both versions are asked is two
        requests. The first error ends the iteration.
        """
        return self._ask_many(images, many.Pace(batch, concurrency), read_predictions)

    def segment_many(
        self, images: Iterable[KeyedImage], *, batch: int = 8, concurrency: int = 4
    ) -> Iterator[Segmentation]:
        """As `classify_many`, but masks."""
        return self._ask_many(images, many.Pace(batch, concurrency), read_segmentations)

    def localize_many(
        self, images: Iterable[KeyedImage], *, batch: int = 8, concurrency: int = 4
    ) -> Iterator[Localization]:
        """As `classify_many`, but labels and boxes."""
        return self._ask_many(images, many.Pace(batch, concurrency), read_localizations)

    def ask_many(
        self, images: Iterable[KeyedImage], *, batch: int = 8, concurrency: int = 4
    ) -> Iterator[Prediction | Segmentation | Localization]:
        """As `classify_many`, but predictions, masks or boxes, depending on the model."""
        return self._ask_many(images, many.Pace(batch, concurrency), read_answers)

    def list_versions(self) -> list[VersionStatus]:
        """The states of the model's versions, newest first."""
        return self._api.read_status(self._send(self._api.get_status()))

    def find_version(self, *, key: str | None = None) -> int:
        """The number of the version that answers requests such as those with this key."""
        return self._api.read_version(self._send(self._api.get_metadata(self._choose(key))))

    def close(self) -> None:
        """Closes the connections, and publishes the current file of the request log."""
        self._wire.close()
        if self._settings.log:
            self._settings.log.close()

    def _ask_many(
        self, images: Iterable[KeyedImage], pace: many.Pace, read: Reader[Answer]
    ) -> Iterator[Answer]:
        def ask(batch: list[tuple[int, KeyedImage]]) -> list[Answer]:
            parts = self._settings.route.split(self.model, batch)
            return join(parts, [self._ask_part(part, read) for part in parts])

        return many.ask_in_order(ask, enumerate(images), pace)

    def _ask_part(self, part: Part, read: Reader[Answer]) -> list[Answer]:
        with part.name_positions():
            return self._ask(part.images, part.version, read)

    def _choose(self, key: str | None) -> ModelVersion:
        return self._settings.route.choose(self.model, key)

    def _ask(
        self,
        images: Sequence[bytes],
        version: ModelVersion,
        read: Reader[Answer],
        signature: str = "",
    ) -> list[Answer]:
        if not images:
            return []
        from serving.client import questions  # Here, because it takes as long as all other imports.

        question = questions.prepare(images, version, read, signature)
        with question.name_cause():
            reply = self._send(self._api.predict(question.images, version, signature))
            outputs = self._api.read_outputs(reply)
        answers = question.read_answers(outputs)
        log = self._settings.log
        if log and log.is_drawn():
            log.write(self.model, question, outputs)
        return answers

    def _send(self, call: Any) -> Any:
        deadline = Deadline(self._settings.timeout)
        return self._retrying.copy()(lambda: self._wire.send(call, deadline.count_left()))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
