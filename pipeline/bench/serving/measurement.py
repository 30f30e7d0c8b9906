"""What `make bench-serving` measures: calls of the model, PNG encoding, and a server under load."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from statistics import median

import numpy as np
import tensorflow as tf

from pipeline.bench.serving import load, models, senders, server_process
from pipeline.bench.serving.load import Load
from pipeline.bench.serving.report import MaskTimes
from pipeline.bench.serving.senders import Sender

CLIENTS = (1, 8, 32)
BATCH = 8
ROUNDS = 20  # Of PNG encoding.
TURNS = 3


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
    """The SavedModel in this process, with the inputs of the gRPC requests for one image."""
    calls, photo = load_signatures(folder), setting.draw_photo()
    pixels, encoded = (
        tf.constant(photo[np.newaxis], tf.float32),
        tf.constant([models.encode(photo)]),
    )
    by_pixels = partial(calls[senders.BY_PIXELS], pixels=pixels)
    by_bytes = partial(calls["serving_default"], image_bytes=encoded)
    for name, call in ((senders.PIXELS, by_pixels), (senders.ENCODED, by_bytes)):
        yield load.measure_calls(name, call, setting.seconds)


def measure_masks(folder: Path, setting: Setting) -> MaskTimes:
    """A segmenter's answer to the photograph, and the PNG encoding of a mask of its size."""
    encoded = tf.constant([models.encode(setting.draw_photo())])
    answer = partial(load_signatures(folder)["serving_default"], image_bytes=encoded)
    encode = partial(tf.io.encode_png, models.draw_mask(setting.height, setting.width))
    times = [median(load.time_call(call) for _ in range(ROUNDS)) for call in (answer, encode)]
    return MaskTimes(*times)


def measure_server(folder: Path, setting: Setting) -> Iterator[Load]:
    """A server in a process of its own: each way to ask, by each number of clients."""
    encoded = models.encode(setting.draw_photo())
    with load.Clients(CLIENTS) as clients, server_process.serve(folder.parents[1]) as server:
        for sender in senders.make_senders(models.CLASSES, encoded):
            for count in CLIENTS:
                yield clients.measure(sender, server, count, setting.seconds)
        yield from measure_batches(
            folder, lambda sender: clients.measure(sender, server, 1, setting.seconds), setting
        )


def measure_batches(
    folder: Path, ask: Callable[[Sender], Load], setting: Setting
) -> tuple[Load, Load]:
    """Several images at once: the call in this process, and a client's request.

    They take turns, because the speed of a machine changes; each is the median by processor time.
    """
    encoded = models.encode(setting.draw_photo())
    sender = senders.make_batch_sender(models.CLASSES, encoded, BATCH)
    images = tf.constant([encoded] * BATCH)
    call = partial(load_signatures(folder)["serving_default"], image_bytes=images)
    turns = [
        (load.measure_calls(sender.name, call, setting.seconds, images=BATCH), ask(sender))
        for _ in range(TURNS)
    ]
    calls, answers = (sorted(loads, key=attrgetter("cpu")) for loads in zip(*turns, strict=True))
    return calls[TURNS // 2], answers[TURNS // 2]


def load_signatures(folder: Path) -> Mapping[str, Callable[..., object]]:
    """The signatures of a SavedModel, by name."""
    return dict(tf.saved_model.load(str(folder)).signatures)
