"""The runs that several end-to-end tests look at: each is done once, one after the other.

They share a home, as a user's runs do, so each says which one it follows.
"""

import shutil

import pytest

from tests.e2e import command, flower_run, pet_run


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
    with command.served(first.home) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def second(first):
    """The same once more, with nothing changed."""
    return flower_run.run(first.data, first.home)


@pytest.fixture(scope="session")
def below_gate(second):
    """The same with a gate that no model of two epochs passes."""
    metric = '"metric": "accuracy", "at_least"'
    gate = f'gate=[{{{metric}: 1.0}}, {{{metric}: 0.99, "each_class": true}}]'
    return flower_run.run(second.data, second.home, gate)


@pytest.fixture(scope="session")
def restored(below_gate):
    """The first run's question again, after all it pushed was deleted."""
    flower_run.run(below_gate.data, below_gate.home)
    shutil.rmtree(below_gate.home / "served")
    return flower_run.run(below_gate.data, below_gate.home)


@pytest.fixture(scope="session")
def changed(restored):
    """The same after one photograph was replaced by another."""
    photograph = next(path for path in (restored.data / "daisy").iterdir() if path.stat().st_size)
    photograph.write_bytes(flower_run.image_files.jpeg(99, height=80, width=100))
    return flower_run.run(restored.data, restored.home)


@pytest.fixture(scope="session")
def pets(tmp_path_factory):
    """A run on pairs, good and bad ones, to a pushed version."""
    home = tmp_path_factory.mktemp("pets")
    data = pet_run.pets(home / "data")
    pet_run.add_corner_cases(data)
    pet_run.add_bad_pairs(data)
    return pet_run.run(data, home)


@pytest.fixture(scope="session")
def pet_server(pets):
    """`fcn serve` over what the run pushed."""
    with command.served(pets.home) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """A run on somebody's own images and masks."""
    home = tmp_path_factory.mktemp("plain")
    return pet_run.run_plain(pet_run.plain_pairs(home / "data"), home)
