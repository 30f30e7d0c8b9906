"""What Flink's processes are told."""

from __future__ import annotations

from pathlib import Path

from pipeline.beam import CACHE_MILLIS
from pipeline.flink import configuration
from pipeline.flink.configuration import Ports

PORTS = Ports(rpc=1, rest=2, jobs=3, artifacts=4, workers=5)
MEGABYTES = {"m": 1, "g": 1024}


def megabytes(text: str) -> int:
    return int(text[:-1]) * MEGABYTES[text[-1]]


def test_each_task_manager_has_a_pool_at_an_address_of_its_own(tmp_path):
    hosts = [configuration.write_hosts(tmp_path / str(n), n) for n in self_made(tmp_path)]

    pools = [host_of(path, configuration.WORKERS) for path in hosts]
    assert pools == ["127.0.0.10", "127.0.0.11"]
    assert {host_of(path, "localhost") for path in hosts} == {"127.0.0.1"}


def self_made(folder: Path) -> range:
    for n in range(2):
        (folder / str(n)).mkdir()
    return range(2)


def host_of(path: Path, name: str) -> str:
    [host] = [line.split()[0] for line in path.read_text().splitlines() if line.split()[1] == name]
    return host


def test_ports_are_free_and_differ():
    ports = Ports.free()

    numbers = {ports.rpc, ports.rest, ports.jobs, ports.artifacts, ports.workers}
    assert len(numbers) == 5
    assert min(numbers) > 1023


def test_the_heap_and_direct_memory_hold_what_flink_was_promised():
    memory = {name: megabytes(v) for name, v in configuration.MEMORY.items() if "memory" in name}
    of = "taskmanager.memory."

    heap = memory[f"{of}framework.heap.size"] + memory[f"{of}task.heap.size"]
    off_heap = memory[f"{of}framework.off-heap.size"] + memory[f"{of}task.off-heap.size"]
    assert heap <= megabytes(configuration.HEAP)
    assert off_heap + memory[f"{of}network.max"] <= megabytes(configuration.DIRECT)


def test_only_this_machine_reaches_a_cluster(tmp_path):
    settings = configuration.task_manager(tmp_path, PORTS, index=0, slots=2)

    bound = {value for name, value in settings.items() if name.endswith(("host", "bind-address"))}
    assert bound == {"127.0.0.1"}
    assert configuration.pool_host(0).startswith("127.")


def test_a_job_does_not_begin_again_before_a_dead_worker_is_forgotten(tmp_path):
    settings = configuration.job_manager(tmp_path, PORTS)

    delay, unit = settings["restart-strategy.fixed-delay.delay"].split()
    assert settings["restart-strategy"] == "fixed-delay"
    assert unit == "ms"
    assert int(delay) > CACHE_MILLIS


def test_settings_are_written_as_flink_reads_them(tmp_path):
    place = configuration.write(tmp_path / "made", {"rest.port": "2", "web.timeout": "3"})

    assert (place / "flink-conf.yaml").read_text() == "rest.port: 2\nweb.timeout: 3\n"


def test_a_task_manager_that_replaces_another_has_an_id_of_its_own(tmp_path):
    first, second = (configuration.task_manager(tmp_path, PORTS, index=1, slots=2) for _ in "ab")

    ids = [settings["taskmanager.resource-id"] for settings in (first, second)]
    assert len(set(ids)) == 2
    assert all(name.startswith("taskmanager-1-") for name in ids)
