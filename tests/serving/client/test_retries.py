"""When a call is tried again, and how long."""

import time

import pytest
import tenacity

from serving.client import errors
from serving.client.retries import Deadline, make_retrying


def count_attempts(error, **limits):
    """How often a call that always fails is tried."""
    attempts = []

    def fail():
        attempts.append(time.monotonic())
        raise error("on purpose")

    with pytest.raises(error, match="on purpose"):
        make_retrying(tenacity.Retrying, **limits)(fail)
    return len(attempts)


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (errors.ServerUnreachable, 2),
        (errors.ServerNotReady, 2),
        (errors.DeadlineExceeded, 1),
        (errors.ServerFailed, 1),
        (errors.RequestRejected, 1),
        (errors.NotTFServing, 1),
    ],
)
def test_only_a_server_that_is_not_reached_or_not_ready_is_asked_again(error, attempts):
    assert count_attempts(error, attempts=2, timeout=60) == attempts


def test_pauses_end_before_the_timeout():
    begin = time.monotonic()

    attempts = count_attempts(errors.ServerNotReady, attempts=1_000_000, timeout=0.5)

    assert 1 < attempts < 1_000_000
    assert time.monotonic() - begin < 60


def test_the_time_left_shrinks_and_stays_above_zero():
    assert 0 < Deadline(-1).count_left() < Deadline(60).count_left() <= 60
