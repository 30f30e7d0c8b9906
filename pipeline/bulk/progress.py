"""Shows the number of answered images while Beam runs in this process.

Beam's workers in other processes have counts of their own, which are not shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from serving.prediction import progress

_lock = threading.Lock()
_listeners: list[Callable[[], None]] = []


def advance() -> None:
    """Counts an image."""
    with _lock:
        for listener in _listeners:
            listener()


@contextmanager
def show() -> Iterator[None]:
    """Prints to stderr, as `fcn predict` does."""
    with progress.show() as listener:
        _listeners.append(listener)
        try:
            yield
        finally:
            _listeners.remove(listener)
