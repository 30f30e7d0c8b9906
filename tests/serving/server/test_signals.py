"""SIGTERM and Ctrl-C end a server in the same way."""

import os
import signal

import pytest

from serving.server import signals


@pytest.mark.parametrize("number", signals.ENDING, ids=["ctrl-c", "sigterm"])
def test_a_signal_ends_the_block_without_an_error(number):
    before = signal.getsignal(number)
    done = []

    with signals.interrupted():
        os.kill(os.getpid(), number)
        signals.wait()
        done.append("not reached")

    assert done == []
    assert signal.getsignal(number) is before
