"""The configuration of Flink's processes."""

from __future__ import annotations

from pathlib import Path

from pipeline.beam import CACHE_MILLIS
from pipeline.flink import configuration
from pipeline.flink.configuration import Ports

PORTS = Ports(rpc=1, rest=2, jobs=3, artifacts=4, workers=5)
MEGABYTES = {"m": 1, "g": 1024}


def megabytes(text: str) -> int:
    return int(text[:-1]) * MEGABYTES[text[-1]]


def test_each_task_manager_has_its_own_pool_address(tmp_path):
    hosts = [read_hosts(configuration.write_hosts(tmp_path, index)) for index in range(2)]

    assert [names[configuration.WORKERS] for names in hosts] == ["127.0.0.10", "127.0.0.11"]
    assert {names["localhost"] for names in hosts} == {"127.0.0.1"}


def read_hosts(path: Path) -> dict[str, str]:
    """The addresses by name."""
    lines = [line.split() for line in path.read_text().splitlines()]
    return {name: address for address, name in lines}


def test_ports_are_free_and_differ():
    ports = Ports.find_free()

    numbers = {ports.rpc, ports.rest, ports.jobs, ports.artifacts, ports.workers}
    assert len(numbers) == 5
    assert min(numbers) > 1023


def test_java_gets_as_much_memory_as_flink_is_configured_for():
    memory = {name: megabytes(v) for name, v in configuration.MEMORY.items() if "memory" in name}
    of = "taskmanager.memory."

    heap = memory[f"{of}framework.heap.size"] + memory[f"{of}task.heap.size"]
    off_heap = memory[f"{of}framework.off-heap.size"] + memory[f"{of}task.off-heap.size"]
    assert heap <= megabytes(configuration.HEAP)
    assert off_heap + memory[f"{of}network.max"] <= megabytes(configuration.DIRECT)


def test_only_this_machine_reaches_a_cluster(tmp_path):
    settings = configuration.make_task_manager_settings(tmp_path, PORTS, index=0, slots=2)

    bound = {value for name, value in settings.items() if name.endswith(("host", "bind-address"))}
    assert bound == {"127.0.0.1"}
    assert configuration.find_pool_host(0).startswith("127.")


def test_a_job_restarts_only_after_a_dead_worker_is_forgotten(tmp_path):
    settings = configuration.make_job_manager_settings(tmp_path, PORTS)

    delay, unit = settings["restart-strategy.fixed-delay.delay"].split()
    assert settings["restart-strategy"] == "fixed-delay"
    assert unit == "ms"
    assert int(delay) > CACHE_MILLIS


def test_settings_are_written_as_flink_reads_them(tmp_path):
    place = configuration.write_settings(tmp_path / "made", {"rest.port": "2", "web.timeout": "3"})

    assert (place / "flink-conf.yaml").read_text() == "rest.port: 2\nweb.timeout: 3\n"


def test_a_replaced_task_manager_gets_a_new_id(tmp_path):
    first, second = (
        configuration.make_task_manager_settings(tmp_path, PORTS, index=1, slots=2) for _ in "ab"
    )

    ids = [settings["taskmanager.resource-id"] for settings in (first, second)]
    assert len(set(ids)) == 2
    assert all(name.startswith("taskmanager-1-") for name in ids)
