"""The runs that several end-to-end tests look at: each is done once."""

import flower_run
import pytest


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """A run on good and bad files, to a pushed version."""
    home = tmp_path_factory.mktemp("home")
    data = flower_run.flowers(home / "data")
    flower_run.add_bad_files(data)
    return flower_run.run(data, home)


@pytest.fixture(scope="session")
def server(first):
    """`fcn serve` over what the first run pushed."""
    with flower_run.served(first.home) as addresses:
        yield addresses
