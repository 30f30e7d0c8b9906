"""How long a request is worth an answer."""

import pytest
from grpc import StatusCode

from serving.server.deadlines import NEVER, Deadline
from serving.server.request_errors import RequestError

YEAR_292277026596 = 9.2e18  # What gRPC reports for a request without a deadline.


def test_a_request_in_time_passes_the_check():
    deadline = Deadline(60)

    deadline.check()

    assert 0 < deadline.left <= 60


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_a_request_that_is_over_is_refused(seconds):
    deadline = Deadline(seconds)

    with pytest.raises(RequestError) as refused:
        deadline.check()

    assert refused.value.code is StatusCode.DEADLINE_EXCEEDED
    assert deadline.left == 0


@pytest.mark.parametrize("deadline", [NEVER, Deadline(YEAR_292277026596)], ids=["none", "far"])
def test_without_a_deadline_there_is_no_time_to_wait_for(deadline):
    deadline.check()

    assert deadline.left is None
