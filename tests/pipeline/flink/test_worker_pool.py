"""A pool restarts workers that were killed, and no others."""

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
    """A pool with one worker, which only sleeps."""
    made = Pool()
    made._worker_processes["1-1"] = start_worker()
    yield made
    for process in made._worker_processes.values():
        process.kill()
        process.wait()


def start_worker():
    return subprocess.Popen((sys.executable, "-c", "import time; time.sleep(600)"))


def test_a_killed_worker_is_restarted_under_its_name(pool):
    before = pool._worker_processes["1-1"]
    before.kill()
    before.wait()

    assert pool.restart_killed() == ["1-1"]
    after = pool._worker_processes["1-1"]
    assert after.args == before.args
    assert after.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_was_asked_to_end_is_not_restarted(pool, number):
    pool._worker_processes["1-1"].send_signal(number)
    pool._worker_processes["1-1"].wait()

    assert pool.restart_killed() == []


def test_a_running_worker_is_left_alone(pool):
    assert pool.restart_killed() == []


def test_a_worker_is_not_stopped_while_it_is_restarted(pool, monkeypatch):
    pool._worker_processes["1-1"].kill()
    pool._worker_processes["1-1"].wait()
    request = beam_fn_api_pb2.StopWorkerRequest(worker_id="1-1")
    stopper = threading.Thread(target=pool.StopWorker, args=(request, None))
    popen = subprocess.Popen
    started = []

    def start_slowly(*args, **options):
        stopper.start()
        stopper.join(0.5)  # It waits.
        started.append(popen(*args, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start_slowly)
    pool.restart_killed()
    stopper.join()

    assert pool._worker_processes == {}
    assert started[0].wait(60) == -signal.SIGTERM


def test_sigterm_ends_a_pool(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"[::]:{free.getsockname()[1]}"
    command = (sys.executable, "-m", "pipeline.flink.worker_pool", place)
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == f"Waiting at {place}.\n"

        process.terminate()

        assert process.wait(60) == 0
