"""What holds for all tests."""

from __future__ import annotations

import signal

# What a shell starts in the background does not hear Ctrl-C, nor does what that starts: the tests
# that send it would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
