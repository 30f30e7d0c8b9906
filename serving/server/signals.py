"""How a server ends: SIGTERM does what Ctrl-C does, also while models load."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupted() -> Iterator[None]:
    """Both signals raise KeyboardInterrupt inside `with`, and end it without an error.

    A shell starts background processes with SIGINT ignored: inside `with`, it is not.
    """
    before = {number: signal.signal(number, _interrupt) for number in ENDING}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait() -> NoReturn:
    """Waits for a signal."""
    while True:
        threading.Event().wait()


def _interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
