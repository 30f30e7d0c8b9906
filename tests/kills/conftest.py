"""How many kills: three in `make test`, a hundred in `make test-kills`."""

from __future__ import annotations

from tests.kills.moments import MOMENTS


def pytest_generate_tests(metafunc):
    """A chain of runs for as many kills as there are moments."""
    if "kills" in metafunc.fixturenames:
        wanted, seed = metafunc.config.getoption("--kills"), metafunc.config.getoption("--seed")
        starts = range(0, wanted, len(MOMENTS))
        chains = [range(start, min(start + len(MOMENTS), wanted)) for start in starts]
        metafunc.parametrize(
            ("kills", "seed"),
            [(chain, seed) for chain in chains],
            ids=[f"{chain.start}-{chain.stop - 1}" for chain in chains],
        )
