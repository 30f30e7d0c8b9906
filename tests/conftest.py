"""What applies to all tests."""

from __future__ import annotations

import signal

import pytest

# What a shell starts in the background ignores Ctrl-C, and so does what that starts: the tests that
# send it would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts whole runs first: they are the longest, and short tests then fill both cores."""
    items.sort(key=lambda item: "/e2e/" not in str(item.path))
