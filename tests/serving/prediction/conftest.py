"""A served classifier, and images of its classes."""

import pytest

from tests.fakes import saved_models
from tests.fakes.saved_models import draw


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with saved_models.served(root) as server:
        yield server


@pytest.fixture
def images(tmp_path):
    paths = [tmp_path / "a.jpg", tmp_path / "b.webp"]
    paths[0].write_bytes(draw("red", 9, 5, kind="JPEG"))
    paths[1].write_bytes(draw("blue", 20, 30, kind="WEBP"))
    return [str(path) for path in paths]
