"""Threads never have more than the budget, wait in order, and do not wait for each other."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.server import memory_budget
from serving.server.memory_budget import MemoryBudget


def run_all(budget, sizes, threads=16):
    """Reserves the sizes in threads; returns the greatest sum, and what ran next to the largest."""
    lock, running, sums, neighbours = threading.Lock(), [], [], []

    def work(size):
        with budget.reserve(size):
            with lock:
                running.append(size)
                sums.append(sum(running))
                neighbours.extend([len(running)] * (max(sizes) in running))
            time.sleep(0.001)
            with lock:
                running.remove(size)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, sizes))
    return max(sums), max(neighbours)


def test_the_sum_stays_within_the_budget():
    most, _ = run_all(MemoryBudget(100), [30, 50, 20, 100, 1, 70] * 40)

    assert 70 < most <= 100


def test_a_size_over_the_budget_runs_alone():
    most, neighbours = run_all(MemoryBudget(100), [10] * 50 + [500] + [10] * 50)

    assert (most, neighbours) == (500, 1)


def test_small_sizes_do_not_keep_a_large_one_out():
    budget, order = MemoryBudget(100), []

    def work(size):
        with budget.reserve(size):
            order.append(size)

    with budget.reserve(50):
        threads = [threading.Thread(target=work, args=(size,)) for size in (100, 10)]
        for thread in threads:
            thread.start()
            time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert order == [100, 10]


def test_an_error_gives_the_bytes_back():
    budget = MemoryBudget(100)

    with pytest.raises(OSError, match="full"), budget.reserve(100):
        raise OSError("full")

    assert run_all(budget, [100]) == (100, 1)


def test_the_variable_sets_the_bytes(monkeypatch):
    monkeypatch.setenv("FCN_DECODE_BYTES", "2000000000")

    assert memory_budget.find_total() == 2_000_000_000


@pytest.mark.parametrize("text", ["2GB", "-1", "0", "1.5"])
def test_another_text_is_refused(monkeypatch, text):
    monkeypatch.setenv("FCN_DECODE_BYTES", text)

    with pytest.raises(ValueError, match="FCN_DECODE_BYTES") as raised:
        memory_budget.find_total()

    assert repr(text) in str(raised.value)


def test_without_a_limit_the_memory_is_the_machines(tmp_path):
    assert memory_budget.find_memory(tmp_path) > 2**28


@pytest.mark.parametrize(
    ("cgroup", "limits", "expected"),
    [
        pytest.param("0::/", {"memory.max": "1000"}, 1000, id="version-2-in-a-container"),
        pytest.param(
            "0::/a/b",
            {"a/memory.max": "700", "a/b/memory.max": "max", "memory.max": "900"},
            700,
            id="version-2-of-a-group-above",
        ),
        pytest.param(
            "4:cpu,memory:/docker/x",
            {"memory/memory.limit_in_bytes": "800"},
            800,
            id="version-1-of-a-container-that-sees-its-own-group-as-the-root",
        ),
    ],
)
def test_a_limit_of_the_container_counts(tmp_path, cgroup, limits, expected):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(cgroup + "\n")
    for path, limit in limits.items():
        file = tmp_path / "sys/fs/cgroup" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(limit + "\n")

    assert memory_budget.find_memory(tmp_path) == expected
