"""How many kills: two in `make test`, a hundred in `make test-kills`."""

from __future__ import annotations

from tests.kills import moments


def pytest_generate_tests(metafunc):
    """A chain of runs for as many kills as there are moments."""
    if "kills" in metafunc.fixturenames:
        option = metafunc.config.getoption
        chains = moments.plan(option("--kills"), option("--seed"))
        metafunc.parametrize("kills", chains, ids=range(len(chains)))
