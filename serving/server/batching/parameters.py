"""The file of --batching_parameters_file, and the values that TF Serving takes without it.

tensorflow_serving/servables/tensorflow/session_bundle_config.proto, BatchingParameters.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

WRAPPED = (
    "max_batch_size",
    "batch_timeout_micros",
    "max_enqueued_batches",
    "num_batch_threads",
    "thread_pool_name",
    "enable_large_batch_splitting",
    "max_execution_batch_size",
)


@dataclass(frozen=True)
class BatchingParameters:
    """How many rows run together, and how long a request waits for others.

    Raises ValueError for values that TF Serving refuses.
    """

    max_batch_size: int = 1000
    batch_timeout_micros: int = 0
    max_enqueued_batches: int = 10
    num_batch_threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    thread_pool_name: str = "batch_threads"
    enable_large_batch_splitting: bool = False
    max_execution_batch_size: int = 0  # 0: max_batch_size.
    allowed_batch_sizes: tuple[int, ...] = ()
    pad_variable_length_inputs: bool = False

    def __post_init__(self) -> None:
        for name in ("max_batch_size", "num_batch_threads", "max_enqueued_batches"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: set it to 1 or more.")
        if self.batch_timeout_micros < 0:
            raise ValueError(f"batch_timeout_micros is {self.batch_timeout_micros}: set 0 or more.")
        if not 0 <= self.max_execution_batch_size <= self.max_batch_size:
            raise ValueError(
                f"max_execution_batch_size is {self.max_execution_batch_size}: set it to at most "
                f"max_batch_size, which is {self.max_batch_size}."
            )
        self._check_allowed_sizes()

    @property
    def most_rows(self) -> int:
        """The most rows that run together."""
        if self.enable_large_batch_splitting and self.max_execution_batch_size:
            return self.max_execution_batch_size
        return self.max_batch_size

    @property
    def most_queued_rows(self) -> int:
        """The most rows that wait in a queue."""
        return self.max_enqueued_batches * self.max_batch_size

    def find_allowed_size(self, rows: int) -> int:
        """The rows to which a batch of so many is filled."""
        return next((size for size in self.allowed_batch_sizes if size >= rows), rows)

    def _check_allowed_sizes(self) -> None:
        sizes = list(self.allowed_batch_sizes)
        if not sizes:
            return
        if sizes != sorted(set(sizes)) or sizes[0] < 1 or sizes[-1] != self.most_rows:
            raise ValueError(
                f"allowed_batch_sizes is {sizes}: let it grow, from 1 or more to "
                f"{self.most_rows}, which is the most rows that run together."
            )


def read_parameters(message: Any) -> BatchingParameters:
    """The values of a BatchingParameters message. Raises ValueError."""
    values = {name: getattr(message, name).value for name in WRAPPED if message.HasField(name)}
    return BatchingParameters(
        **values,
        allowed_batch_sizes=tuple(message.allowed_batch_sizes),
        pad_variable_length_inputs=message.pad_variable_length_inputs,
    )
