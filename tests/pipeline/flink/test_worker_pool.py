"""A pool of workers starts those again that were killed, and no others."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from apache_beam.portability.api import beam_fn_api_pb2

from pipeline.flink.worker_pool import Pool


@pytest.fixture
def pool():
    """One that has started a worker, which sleeps in place of working."""
    made = Pool()
    made._worker_processes["1-1"] = sleeping()
    yield made
    for process in made._worker_processes.values():
        process.kill()
        process.wait()


def sleeping():
    return subprocess.Popen((sys.executable, "-c", "import time; time.sleep(600)"))


def test_a_worker_that_was_killed_begins_again_by_its_name(pool):
    before = pool._worker_processes["1-1"]
    before.kill()
    before.wait()

    assert pool.revive() == ["1-1"]
    after = pool._worker_processes["1-1"]
    assert after.args == before.args
    assert after.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_that_was_told_to_end_stays_ended(pool, number):
    pool._worker_processes["1-1"].send_signal(number)
    pool._worker_processes["1-1"].wait()

    assert pool.revive() == []


def test_one_that_works_is_left_alone(pool):
    assert pool.revive() == []


def test_one_is_not_stopped_while_it_begins_again(pool, monkeypatch):
    pool._worker_processes["1-1"].kill()
    pool._worker_processes["1-1"].wait()
    request = beam_fn_api_pb2.StopWorkerRequest(worker_id="1-1")
    stopper = threading.Thread(target=pool.StopWorker, args=(request, None))
    begin = subprocess.Popen
    begun = []

    def slow(*args, **options):
        stopper.start()
        stopper.join(0.5)  # It waits.
        begun.append(begin(*args, **options))
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", slow)
    pool.revive()
    stopper.join()

    assert pool._worker_processes == {}
    assert begun[0].wait(60) == -signal.SIGTERM


def test_sigterm_ends_a_pool(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"[::]:{free.getsockname()[1]}"
    command = (sys.executable, "-m", "pipeline.flink.worker_pool", place)
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == f"Waiting at {place}.\n"

        process.terminate()

        assert process.wait(60) == 0
