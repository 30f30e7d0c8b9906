"""Processes for large JSON: real ones, that start, answer, fail and start again."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from grpc import StatusCode

from serving.server.deadlines import Deadline
from serving.server.request_errors import RequestError
from serving.server.rest import json_worker
from serving.server.rest.predict_json import InputType, read_predict, write_predict

TYPES = {"serving_default": {"x": InputType("float")}}


@pytest.fixture(scope="module")
def workers():
    pool = json_worker.JsonWorkers()
    yield pool
    pool.stop()


def ask(workers, body=b'{"instances": [1, 2]}', *, seconds=60):
    return workers.run(read_predict, body, TYPES, deadline=Deadline(seconds))


def test_a_process_reads_and_writes(workers):
    found = ask(workers)
    written = workers.run(write_predict, {"y": np.ones(2)}, True, deadline=Deadline(60))

    assert found.inputs["x"].tolist() == [1.0, 2.0]
    assert written == b'{"predictions":[1.0,1.0]}'


@pytest.mark.parametrize("body", [b"", b"{", bytearray(b'{"instances": [NaN, "x"]}')])
def test_a_process_refuses_as_the_function_does(workers, body):
    with pytest.raises(RequestError) as expected:
        read_predict(body, TYPES)
    with pytest.raises(RequestError) as refused:
        ask(workers, body)

    assert str(refused.value) == str(expected.value)
    assert refused.value.code is StatusCode.INVALID_ARGUMENT


def test_after_a_process_has_died_another_one_answers(workers):
    ask(workers)
    worker = workers._free.queue[-1]
    os.kill(worker._process.pid, signal.SIGSTOP)
    os.kill(worker._process.pid, signal.SIGKILL)

    with pytest.raises(RequestError) as refused:
        ask(workers)

    assert refused.value.code is StatusCode.RESOURCE_EXHAUSTED
    assert ask(workers).by_rows


def test_a_process_that_takes_too_long_is_ended(workers):
    ask(workers)
    worker = workers._free.queue[-1]
    os.kill(worker._process.pid, signal.SIGSTOP)

    with pytest.raises(RequestError) as refused:
        ask(workers, seconds=0.05)

    assert refused.value.code is StatusCode.DEADLINE_EXCEEDED
    assert worker._process.poll() == -signal.SIGKILL


def test_a_request_whose_deadline_has_passed_costs_no_process(workers):
    ask(workers)
    worker = workers._free.queue[-1]

    with pytest.raises(RequestError) as refused:
        ask(workers, seconds=0)

    assert refused.value.code is StatusCode.DEADLINE_EXCEEDED
    assert workers._free.queue[-1] is worker
    assert worker._process.poll() is None


def test_an_unexpected_error_is_an_internal_one_and_the_process_goes_on(workers):
    ask(workers)
    worker = workers._free.queue[-1]

    with pytest.raises(RequestError) as refused:
        workers.run(read_predict, 5, TYPES, deadline=Deadline(60))

    assert refused.value.code is StatusCode.INTERNAL
    assert workers._free.queue[-1] is worker


def test_a_body_that_needs_too_much_memory_costs_the_process_and_not_the_server(workers):
    ask(workers)
    pid = workers._free.queue[-1]._process.pid
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + 50_000_000
    resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))

    with pytest.raises(RequestError) as refused:
        ask(workers, b'{"instances": [' + b"[]," * 2_000_000 + b"[]]}")

    assert refused.value.code is StatusCode.RESOURCE_EXHAUSTED
    assert ask(workers).by_rows


def test_a_process_imports_no_tensorflow():
    program = f"import sys; import {json_worker.__name__}; sys.exit('tensorflow' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
