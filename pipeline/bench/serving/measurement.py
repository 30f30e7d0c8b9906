"""What `make bench-serving` measures: calls of the model, PNG encoding, and a server under load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import tensorflow as tf

from pipeline.bench.serving import load, models, senders, server_process
from pipeline.bench.serving.load import Load
from pipeline.bench.serving.report import MaskTimes

CLIENTS = (1, 8, 32)
BATCH = 8
ROUNDS = 20  # Of PNG encoding.


@dataclass(frozen=True)
class Setting:
    """The size of the photograph in pixels, and the seconds of each measurement."""

    height: int
    width: int
    seconds: float

    def draw_photo(self) -> np.ndarray:
        """Pixels [height, width, 3] uint8."""
        return models.draw_photo(self.height, self.width)


def measure_calls(folder: Path, setting: Setting) -> Iterator[Load]:
    """The SavedModel in this process, with the inputs of the gRPC requests."""
    model, photo = tf.saved_model.load(str(folder)), setting.draw_photo()
    encoded, pixels = models.encode(photo), tf.constant(photo[np.newaxis], tf.float32)
    by_pixels, by_bytes = (model.signatures[name] for name in ("predict_pixels", "serving_default"))
    inputs: list[tuple[str, Callable[[], object], int]] = [
        (senders.PIXELS, partial(by_pixels, pixels=pixels), 1),
        (senders.ENCODED, partial(by_bytes, image_bytes=tf.constant([encoded])), 1),
        (
            senders.name_batch(BATCH),
            partial(by_bytes, image_bytes=tf.constant([encoded] * BATCH)),
            BATCH,
        ),
    ]
    for name, call, images in inputs:
        yield load.measure_calls(name, call, setting.seconds, images=images)


def measure_masks(folder: Path, setting: Setting) -> MaskTimes:
    """A segmenter's answer to the photograph, and the PNG encoding of a mask of its size."""
    model = tf.saved_model.load(str(folder))
    answer = partial(
        model.signatures["serving_default"],
        image_bytes=tf.constant([models.encode(setting.draw_photo())]),
    )
    encode = partial(tf.io.encode_png, models.draw_mask(setting.height, setting.width))
    times = [median(load.time_call(call) for _ in range(ROUNDS)) for call in (answer, encode)]
    return MaskTimes(*times)


def measure_server(home: Path, setting: Setting) -> Iterator[Load]:
    """A server in a process of its own: each way to ask, by each number of clients."""
    encoded = models.encode(setting.draw_photo())
    with load.Clients(CLIENTS) as clients, server_process.serve(home) as server:
        for sender in senders.make_senders(models.CLASSES, encoded):
            for count in CLIENTS:
                yield clients.measure(sender, server, count, setting.seconds)
        batches = senders.make_batch_sender(models.CLASSES, encoded, BATCH)
        yield clients.measure(batches, server, 1, setting.seconds)
