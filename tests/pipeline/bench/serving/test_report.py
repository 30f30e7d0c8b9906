"""The table of `make bench-serving`."""

from __future__ import annotations

from dataclasses import replace

from pipeline.bench.serving.load import Load
from pipeline.bench.serving.report import MaskTimes, ServingReport

CALL = Load(
    name="gRPC, encoded",
    clients=0,
    requests=10,
    images=8,
    seconds=2.0,
    cpu_seconds=1.6,
    client_cpu_seconds=0.8,
    p50=0.2,
    p99=0.3,
    bytes=0,
)


def test_the_servers_time_is_compared_with_the_same_call_without_a_server():
    served = replace(CALL, clients=32, cpu_seconds=2.0, bytes=51_200)
    slower = replace(served, name="REST, base64", seconds=8.0)
    report = ServingReport((CALL, slower, served), MaskTimes(0.25, 0.001), ("on a machine",))

    page = report.markdown().splitlines()

    times = "200.0 ms | 300.0 ms | 51.2 | 10.0 ms | 25.0 ms"
    assert f"| gRPC, encoded | 32 | 40.0 | 4.0 | {times} | +25% |" in page
    assert f"| REST, base64 | 32 | 10.0 | 1.0 | {times} |  |" in page
    assert "PNG encoding: 1.0 ms of a mask answer's 250.0 ms  " in page
    assert page[-1] == "on a machine  "
