"""Counts and times in Prometheus's text format, with the names of TF Serving's metrics.

k8s/overlays/monitoring/metrics.yaml lists those that our alerts use, and where TF Serving declares
them. The page follows tensorflow_serving/util/prometheus_exporter.cc. The official Python client
would write `request_count` as `request_count_total`.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

MICROSECONDS = 1e6
MOST_SERIES = 1000  # Of one metric: names of models come from requests.
_lock = threading.Lock()  # One for all: each use takes about a microsecond.


class Counter:
    """A number that grows, for each combination of labels."""

    kind = "counter"

    def __init__(self, name: str, *labels: str) -> None:
        self.name = name
        self.labels = labels
        self._values: dict[tuple[str, ...], int] = {}

    def add(self, *values: str, amount: int = 1) -> None:
        """Adds to the number of these labels' values."""
        with _lock:
            if values in self._values or len(self._values) < MOST_SERIES:
                self._values[values] = self._values.get(values, 0) + amount

    def read(self, *values: str) -> int:
        """The number of these labels' values."""
        return self._values.get(values, 0)

    def write(self) -> Iterator[str]:
        """The lines of the page, after that of the type."""
        for values, number in self._values.copy().items():
            yield f"{self.name}{{{_write_labels(self.labels, values)}}} {number}"


class Histogram:
    """How often values were up to each limit, for each combination of labels."""

    kind = "histogram"

    def __init__(self, name: str, *labels: str, limits: Iterable[float]) -> None:
        self.name = name
        self.labels = labels
        self._limits = list(limits)
        self._series: dict[tuple[str, ...], tuple[list[int], list[float]]] = {}

    def observe(self, value: float, *values: str) -> None:
        """Counts one value, for these labels' values."""
        with _lock:
            if values not in self._series:
                if len(self._series) >= MOST_SERIES:
                    return
                self._series[values] = [0] * (len(self._limits) + 1), [0.0]
            counts, total = self._series[values]
            counts[bisect_left(self._limits, value)] += 1
            total[0] += value

    @contextmanager
    def time(self, *values: str) -> Iterator[None]:
        """Observes the microseconds that the `with` block takes, unless it raises."""
        start = time.perf_counter()
        yield
        self.observe((time.perf_counter() - start) * MICROSECONDS, *values)

    def write(self) -> Iterator[str]:
        """The lines of the page, after that of the type."""
        for values, (counts, total) in self._series.copy().items():
            labels = _write_labels(self.labels, values)
            reached = 0
            for limit, count in zip([*self._limits, None], counts, strict=True):
                reached += count
                end = "+Inf" if limit is None else f"{limit:g}"
                yield f'{self.name}_bucket{{{labels}{"," if labels else ""}le="{end}"}} {reached}'
            yield f"{self.name}_sum{{{labels}}} {total[0]:.10g}"
            yield f"{self.name}_count{{{labels}}} {reached}"


@contextmanager
def record_run(model: str, api: str) -> Iterator[None]:
    """Counts and measures one run of a graph."""
    start = time.perf_counter()
    yield
    micros = (time.perf_counter() - start) * MICROSECONDS
    RUNTIME_LATENCY.observe(micros, model, api, "TF1")  # TF Serving's word for a session.
    RUN_COUNT.add()
    RUN_TIME.add(amount=round(micros))


@contextmanager
def record_load(path: str) -> Iterator[None]:
    """Counts an attempt to load a version, and measures one that succeeds."""
    start = time.perf_counter()
    try:
        yield
    except BaseException:
        LOAD_COUNT.add(path, "fail")
        raise
    LOAD_COUNT.add(path, "success")
    LOAD_LATENCY.add(path, amount=round((time.perf_counter() - start) * MICROSECONDS))


def grow(first: float, factor: float, count: int) -> list[float]:
    """The limits of TensorFlow's monitoring::Buckets::Exponential."""
    return [first * factor**power for power in range(count)]


def write_page() -> str:
    """The page that Prometheus reads."""
    lines = []
    for metric in METRICS:
        series = list(metric.write())
        lines += [f"# TYPE {metric.name} {metric.kind}", *series]
    return "\n".join(lines) + "\n"


def _write_labels(names: Iterable[str], values: Iterable[str]) -> str:
    pairs = zip(names, values, strict=True)
    return ",".join(f'{name}="{_escape(value)}"' for name, value in pairs)


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


LATENCIES = grow(10, 1.8, 33)
REQUEST_COUNT = Counter(":tensorflow:serving:request_count", "model_name", "status")
REQUEST_LATENCY = Histogram(
    ":tensorflow:serving:request_latency", "model_name", "API", "entrypoint", limits=LATENCIES
)
RUNTIME_LATENCY = Histogram(
    ":tensorflow:serving:runtime_latency", "model_name", "API", "runtime", limits=LATENCIES
)
QUEUING_LATENCY = Histogram(
    ":tensorflow:serving:batching_session:queuing_latency",
    "thread_pool_name",
    limits=grow(100, 1.2, 52),
)
WARMUP_LATENCY = Histogram(
    ":tensorflow:serving:model_warmup_latency", "model_path", "status", limits=LATENCIES
)
LOG_COUNT = Counter(":tensorflow:serving:request_log_count", "model_name", "status_code")
LOAD_COUNT = Counter(":tensorflow:cc:saved_model:load_attempt_count", "model_path", "status")
LOAD_LATENCY = Counter(":tensorflow:cc:saved_model:load_latency", "model_path")
RUN_COUNT = Counter(":tensorflow:core:graph_runs")
RUN_TIME = Counter(":tensorflow:core:graph_run_time_usecs")
METRICS: tuple[Counter | Histogram, ...] = (
    REQUEST_COUNT,
    REQUEST_LATENCY,
    RUNTIME_LATENCY,
    QUEUING_LATENCY,
    WARMUP_LATENCY,
    LOG_COUNT,
    LOAD_COUNT,
    LOAD_LATENCY,
    RUN_COUNT,
    RUN_TIME,
)
