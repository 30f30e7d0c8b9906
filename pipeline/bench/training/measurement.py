"""What one process measures: the rate of a training, the machine's peaks, and its own memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from pipeline.bench.throughput import read_peak_memory
from pipeline.bench.training import flops, peaks
from pipeline.bench.training.report import Rate
from pipeline.bench.training.setting import Setting
from pipeline.inspection.memory import Views

AT_LEAST = 3  # Batches.


@dataclass(frozen=True)
class Training:
    """A compiled model, and batches for it."""

    name: str
    model: keras.Model
    batches: Any  # What `fit` takes.
    batch_size: int
    pixels: float  # Of an image with its padding: the mean.
    warm_up: int  # Batches that do not count.


def measure(training: Training, setting: Setting) -> Rate:
    """Trains for the setting's seconds, right after the peaks: a machine's speed changes."""
    multiplication = peaks.measure_multiplication(setting.precision)
    convolution = peaks.measure_convolution(setting.precision)
    side = round(training.pixels**0.5)
    operations = flops.count_step(training.model, Views(1, side, side)) * training.pixels / side**2
    return Rate(
        name=training.name,
        side=side,
        batch_size=training.batch_size,
        images=training.batch_size * time_batches(training, setting.seconds),
        operations=operations,
        multiplication=multiplication,
        convolution=convolution,
        memory=measure_memory(),
    )


def time_batches(training: Training, seconds: float) -> float:
    """Batches a second."""
    meter = Meter(training.warm_up, seconds)
    training.model.fit(training.batches, epochs=10**6, callbacks=[meter], verbose=0)
    return meter.find_rate()


class Meter(keras.callbacks.Callback):
    """Times batches, with the reading of them; ends training when it has lasted long enough."""

    def __init__(self, warm_up: int, seconds: float) -> None:
        super().__init__()
        self._warm_up, self._seconds = warm_up, seconds
        self._ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Notes the time."""
        self._ends.append(time.perf_counter())
        counted = self._ends[self._warm_up - 1 :]
        if len(counted) > AT_LEAST and counted[-1] - counted[0] >= self._seconds:
            self.model.stop_training = True

    def find_rate(self) -> float:
        """Batches a second, without the first ones."""
        counted = self._ends[self._warm_up - 1 :]
        return (len(counted) - 1) / (counted[-1] - counted[0])


def measure_memory() -> int:
    """The peak in bytes: of the GPU, or of this process."""
    if tf.config.list_physical_devices("GPU"):
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    return read_peak_memory()


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error of NumPy, of TensorFlow or of CUDA means that memory was too small."""
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return True
    return isinstance(error, tf.errors.OpError) and "out of memory" in str(error).lower()
