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

from serving.client.answers import Outputs, read_bytes
from serving.request_log.hourly_files import HourlyFiles, LogLimits

if TYPE_CHECKING:
    import numpy as np

    from serving.client.questions import Question


class RequestLog:
    """Writes a share of the requests to PREFIX-<UTC hour>-….tfrecord; clients may share it.

    `rate` is the share, 0..1. The log has at most `max_files` of `file_bytes` each: the oldest are
    removed. `dropped` counts sampled requests that were not written. A file that cannot be written
    fails no request. Closing the client publishes the current file.
    """

    def __init__(
        self,
        path_prefix: str | os.PathLike[str],
        *,
        rate: float = 0.01,
        file_bytes: int = LogLimits.file_bytes,
        max_files: int = LogLimits.files,
    ) -> None:
        if not 0 <= rate <= 1:
            raise ValueError(f"rate is {rate}: give the share of requests to log, in 0..1.")
        self.rate = rate
        self._lock = threading.Lock()
        self.dropped = 0  # Larger than a file, or not written by the disk.
        self._warned = False
        self._files = HourlyFiles(path_prefix, LogLimits(file_bytes=file_bytes, files=max_files))

    def is_drawn(self) -> bool:
        """Whether the next request should be written: at random, at the rate of the log."""
        return random.random() < self.rate

    def write(self, model: str, question: Question[Any], outputs: Outputs) -> None:
        """Writes a request and its outputs."""
        record = make_record(model, question, outputs, rate=self.rate)
        with self._lock:
            try:
                self.dropped += not self._files.write(record)
            except OSError as error:
                self.dropped += 1
                self._warn(error)

    def close(self) -> None:
        """Publishes the current file. The next sampled request begins another one."""
        with self._lock:
            try:
                self._files.close()
            except OSError as error:
                self._warn(error)

    def _warn(self, error: OSError) -> None:
        """Logs the first error: a full disk would fill the program's log too."""
        if not self._warned:
            logging.getLogger(__name__).warning("The request log cannot be written: %s", error)
        self._warned = True


def make_record(
    model: str, question: Question[Any], outputs: Outputs, *, rate: float, now: float | None = None
) -> bytes:
    """A serialized PredictionLog of one request."""
    from serving.client.over_grpc import messages, tensors
    from serving.client.over_grpc.api import make_request

    record = messages.PredictionLog()
    request = make_request(model, question.version, question.images)
    request.model_spec.signature_name = question.signature
    record.log_metadata.model_spec.CopyFrom(request.model_spec)
    record.log_metadata.sampling_config.sampling_rate = rate
    record.log_metadata.timestamp_secs = int(time.time() if now is None else now)
    record.predict_log.request.CopyFrom(request)
    for name, value in outputs.items():
        tensor = tensors.write_array(_to_array(name, value))
        record.predict_log.response.outputs.add(key=name, value=tensor)
    return record.SerializeToString()


def _to_array(name: str, value: Any) -> np.ndarray:
    import numpy as np

    if name.endswith("_bytes"):
        return np.array([read_bytes(name, each) for each in value], object)
    return np.asarray(value)
