"""Every way to ask is answered by a real server, and measured."""

from __future__ import annotations

import os

import numpy as np
import pytest

from pipeline.bench.serving import load, models, senders, server_process
from pipeline.bench.serving.server_process import ServerProcess
from serving.client import RequestRejected
from tests.fakes import saved_models


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 1)
    with saved_models.served(root) as server:
        rest = f"http://127.0.0.1:{server.rest_port}"
        yield ServerProcess(f"127.0.0.1:{server.grpc_port}", rest, os.getpid())


@pytest.fixture(scope="module")
def clients():
    with load.Clients((1, 2)) as clients:
        yield clients


def test_each_way_to_ask_is_answered_and_counted(server, clients):
    photo = models.draw_photo(32, 48)
    ways = senders.make_senders("colours", models.encode(photo))

    loads = [clients.measure(way, server, 2, 0.01) for way in ways]

    assert len({measured.name for measured in loads}) == 4
    assert all(measured.requests >= 2 for measured in loads)
    assert all(0 < measured.p50 <= measured.p99 for measured in loads)
    assert all(measured.client_cpu > 0 for measured in loads)
    floats, encoded = loads[0].bytes, loads[-1].bytes
    assert floats > photo.size > encoded > 0


def test_a_batch_counts_its_images(server, clients):
    encoded = models.encode(models.draw_photo(32, 48))

    measured = clients.measure(senders.make_batch_sender("colours", encoded, 8), server, 1, 0.01)

    assert measured.rate == pytest.approx(8 * measured.requests / measured.seconds)


def test_a_client_that_fails_says_why(server):
    ways = senders.make_senders("unknown", models.encode(models.draw_photo(32, 48)))

    with load.Clients((2,)) as clients, pytest.raises(RequestRejected, match="unknown"):
        clients.measure(ways[-1], server, 2, 0.01)


def test_the_time_and_memory_of_a_process_include_its_children():
    assert os.getpid() in server_process.list_tree(os.getppid())
    own = ServerProcess("", "", os.getpid())
    assert own.measure_cpu() > 0
    assert own.measure_memory() > 2**20


def test_a_mask_has_a_body_and_a_border():
    shares = np.bincount(models.draw_mask(60, 80).numpy().ravel(), minlength=3) / 4800

    assert shares.min() > 0.01
