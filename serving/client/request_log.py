"""Samples requests and their answers into PredictionLog records, as TF Serving logs them.

TF Serving's own binary cannot log requests, so the client does. protobuf is imported when a log is
made.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from serving.client.answers import Outputs, read_bytes

if TYPE_CHECKING:
    from serving.client.questions import Question

MOST_BYTES = 256 * 2**20  # Of an hour.


class RequestLog:
    """Writes a share of the requests to PREFIX-<UTC hour>-….tfrecord; clients may share it.

    `rate` is the share, 0..1. Up to `max_bytes` are written in an hour; `dropped` counts sampled
    requests that were not written. A file that cannot be written fails no request. Closing the
    client publishes the current file.
    """

    def __init__(
        self,
        path_prefix: str | os.PathLike[str],
        *,
        rate: float = 0.01,
        max_bytes: int = MOST_BYTES,
    ) -> None:
        from serving.request_log.hourly_files import HourlyFiles

        if not 0 <= rate <= 1:
            raise ValueError(f"rate is {rate}: give the share of requests to log, in 0..1.")
        self.rate = rate
        self._lock = threading.Lock()
        self._failed = 0
        self._files = HourlyFiles(path_prefix, max_bytes=max_bytes)

    @property
    def dropped(self) -> int:
        """Sampled requests that are missing: for lack of space in their hour, or on the disk."""
        return self._files.dropped + self._failed

    def sample(self, model: str, question: Question[Any], outputs: Outputs) -> None:
        """Writes the request and its outputs, if this one is drawn."""
        if random.random() >= self.rate:
            return
        record = make_record(model, question, outputs, rate=self.rate)
        with self._lock:
            try:
                self._files.write(record)
            except OSError as error:
                self._count_failure(error)

    def close(self) -> None:
        """Publishes the current file. The next sampled request begins another one."""
        with self._lock:
            try:
                self._files.close()
            except OSError as error:
                self._count_failure(error)

    def _count_failure(self, error: OSError) -> None:
        if not self._failed:
            logging.getLogger(__name__).warning("The request log cannot be written: %s", error)
        self._failed += 1


def make_record(
    model: str, question: Question[Any], outputs: Outputs, *, rate: float, now: float | None = None
) -> bytes:
    """A serialized PredictionLog of one request."""
    from serving.client.over_grpc import messages, tensors
    from serving.client.over_grpc.api import make_request

    record = messages.PredictionLog()
    request = make_request(model, question.version, question.images)
    record.log_metadata.model_spec.CopyFrom(request.model_spec)
    record.log_metadata.sampling_config.sampling_rate = rate
    record.log_metadata.timestamp_secs = int(time.time() if now is None else now)
    record.predict_log.request.CopyFrom(request)
    for name, value in outputs.items():
        tensor = tensors.write_array(_to_array(name, value))
        record.predict_log.response.outputs.add(key=name, value=tensor)
    return record.SerializeToString()


def _to_array(name: str, value: Any) -> np.ndarray:
    if name.endswith("_bytes"):
        return np.array([read_bytes(name, each) for each in value], object)
    return np.asarray(value)
