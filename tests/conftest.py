"""What applies to all tests."""

from __future__ import annotations

import signal

import pytest

# What a shell starts in the background ignores Ctrl-C, and so does what that starts: the tests that
# send it would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)  # After -k, which may leave out a first case.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts whole runs first: they are the longest, and short tests then fill both cores."""
    items.sort(key=lambda item: item.path.parent.name not in ("e2e", "kills"))
    if config.getoption("--first-cases"):
        firsts: dict[str, pytest.Item] = {}
        for item in items:
            firsts.setdefault(item.nodeid.split("[", 1)[0], item)
        kept = set(firsts.values())
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]


def pytest_addoption(parser):
    """Options of the tests that `make test` runs in a short form, and a short form of all."""
    parser.addoption("--first-cases", action="store_true", help="of each test, only the first case")
    parser.addoption("--kills", type=int, default=2, help="how many runs tests/kills kills")
    parser.addoption("--mutations", type=int, default=300, help="damaged files of tests/mutations")
    parser.addoption("--soak-minutes", type=float, default=0.2, help="how long tests/soak asks")
    parser.addoption("--malformed", type=int, default=60, help="requests of tests/malformed")
    parser.addoption("--jax-steps", type=int, default=3, help="models that take a step on JAX")
    parser.addoption("--seed", type=int, default=0, help="decides the moments and the damage")
