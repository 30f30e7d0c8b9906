"""A pool of workers starts those again that were killed, and no others."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

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
