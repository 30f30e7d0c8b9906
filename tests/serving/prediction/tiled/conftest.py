"""A server with a model of each kind, and images that their tiles are checked with."""

import pytest

from tests.fakes import tiled_models
from tests.fakes.saved_models import served


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    for name in tiled_models.MODELS:
        tiled_models.publish(folder, name)
    return folder


@pytest.fixture(scope="session")
def server(root):
    with served(root, "masks") as server:
        for name in tiled_models.MODELS:
            server.wait_until_available(name, timeout=60)
        yield server
