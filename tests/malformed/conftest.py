"""A server in a process of its own: how many requests it gets, and who watches it."""

from __future__ import annotations

import pytest

from tests.fakes import saved_models
from tests.malformed.server_process import start
from tests.malformed.watcher import Watcher


@pytest.fixture(scope="session")
def malformed(request):
    return request.config.getoption("--malformed")


@pytest.fixture(scope="session")
def seed(request):
    return request.config.getoption("--seed")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "colours"
    saved_models.publish(folder, 7)
    with start("colours", folder) as process:
        with Watcher(process):  # The first run of a graph is slow.
            pass
        yield process


@pytest.fixture
def watcher(server):
    """A client that sends good requests during a test. All must be answered."""
    with Watcher(server) as watcher:
        yield watcher
    assert server.is_alive()
    assert watcher.answers > 0
    assert not watcher.failures
