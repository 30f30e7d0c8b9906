"""Asks the model, on Beam's workers: a process loads it once, and batches are bounded in bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow as tf
from apache_beam.utils.shared import Shared

from pipeline.bulk import progress
from pipeline.bulk.listing import COUNTS, Work, read_files
from pipeline.bulk.records import read_records
from serving.image_kinds import clean_reason
from serving.prediction.batches import split_into_batches
from serving.rgb_images import UnreadableImageError, make_upright

FOUND, ANSWERS, REJECTS = "found", "answers", "rejects"

Row = dict[str, Any]  # A column's value by its name.


class Image(NamedTuple):
    """An image that the model can decode, unless it is damaged."""

    name: str
    place: str
    encoded: bytes


class AnswerImages(beam.DoFn):
    """Turns Work into rows. Images without an answer go to REJECTS, the numbers to COUNTS."""

    def __init__(self, model: str, input_name: str, bits: int | None) -> None:
        self._folder = model
        self._input_name = input_name
        self._bits = bits
        self._shared = Shared()

    def setup(self) -> None:
        """Loads the model, once for all threads of this process."""
        self._model = self._shared.acquire(self._load, tag=self._folder)

    def process(self, work: Work) -> Iterator[Any]:
        """Yields rows, rejects and counts."""
        counts: Counter[str] = Counter()
        images = read_records(work.records) if work.records else read_files(work.files)
        for batch in split_into_batches(self._prepare(images), _count_bytes):
            for answer in self._answer(batch):
                is_reject = isinstance(answer, beam.pvalue.TaggedOutput)
                counts.update((FOUND, REJECTS if is_reject else ANSWERS))
                progress.advance()
                yield answer
        yield from (beam.pvalue.TaggedOutput(COUNTS, count) for count in counts.items())

    def _load(self) -> Any:
        model = tf.saved_model.load(self._folder)
        answer = model.signatures["serving_default"]
        answer.model = model  # A signature does not keep its variables alive.
        return answer

    def _prepare(
        self, images: Iterable[tuple[str, str, bytes | Exception]]
    ) -> Iterator[Image | beam.pvalue.TaggedOutput]:
        for name, place, found in images:
            try:
                if isinstance(found, Exception):
                    raise found
                yield Image(name, place, make_upright(found, bits=self._bits))
            except (UnreadableImageError, ValueError, OSError, tf.errors.OpError) as error:
                yield make_reject(name, place, error)

    def _answer(self, batch: list[Image | beam.pvalue.TaggedOutput]) -> Iterator[Any]:
        """The rejects, and the answers to the images; if the model fails, to each image alone."""
        images = [image for image in batch if isinstance(image, Image)]
        yield from (each for each in batch if not isinstance(each, Image))
        if not images:
            return
        try:
            yield from self._ask(images)
        except tf.errors.InvalidArgumentError as error:
            if len(images) == 1:
                yield make_reject(images[0].name, images[0].place, error)
            else:
                for image in images:
                    yield from self._answer([image])

    def _ask(self, images: list[Image]) -> list[Row]:
        encoded = tf.constant([image.encoded for image in images])
        outputs = {k: v.numpy() for k, v in self._model(**{self._input_name: encoded}).items()}
        return [
            {
                "file": image.name,
                "source": image.place,
                **{key: _to_value(key, values[row]) for key, values in outputs.items()},
            }
            for row, image in enumerate(images)
        ]


def make_reject(name: str, place: str, error: Exception) -> beam.pvalue.TaggedOutput:
    """An image without an answer, and the reason."""
    message = getattr(error, "message", "") or str(error)
    reason = clean_reason(ValueError(message.splitlines()[-1] if message else error))
    return beam.pvalue.TaggedOutput(REJECTS, {"file": name, "source": place, "reason": reason})


def _count_bytes(item: Image | beam.pvalue.TaggedOutput) -> int:
    return len(item.encoded) if isinstance(item, Image) else 0


def _to_value(name: str, value: Any) -> Any:
    """A plain value: bytes for `_bytes`, text for other strings, lists for arrays."""
    plain = value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
    return plain if name.endswith("_bytes") else _to_text(plain)


def _to_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_to_text(item) for item in value]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
