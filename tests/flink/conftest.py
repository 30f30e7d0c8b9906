"""A real Flink cluster takes minutes: `make test` leaves these tests to `make test-flink`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.flink import jars
from pipeline.flink.errors import ClusterError
from tests.flink import flower_folder
from tests.flink.graph_run import run

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path, config):
    """Ignores this folder unless a path on the command line leads here."""
    given = (Path(word.partition("::")[0]).resolve() for word in config.args)
    return None if any(path.is_relative_to(HERE) for path in given) else True


@pytest.fixture(scope="session", autouse=True)
def programs():
    """Ends all tests with one sentence if Java or the jars are missing."""
    try:
        jars.find_java()
        jars.find_classpath(jars.Versions())
    except ClusterError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """Drawn flowers, and files that ingestion rejects."""
    return flower_folder.draw(tmp_path_factory.mktemp("images") / "flowers")


@pytest.fixture(scope="session")
def direct(images, tmp_path_factory):
    """The results of the steps in this process."""
    return run(images, tmp_path_factory.mktemp("direct"))
