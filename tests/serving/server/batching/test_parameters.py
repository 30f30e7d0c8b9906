"""Values that TF Serving refuses stop the start."""

import pytest

from serving.server.batching.parameters import BatchingParameters


@pytest.mark.parametrize(
    "values",
    [
        {"max_batch_size": 0},
        {"num_batch_threads": 0},
        {"max_enqueued_batches": 0},
        {"batch_timeout_micros": -1},
        {"max_batch_size": 4, "max_execution_batch_size": 5},
        {"max_batch_size": 4, "allowed_batch_sizes": (1, 2)},
        {"max_batch_size": 4, "allowed_batch_sizes": (2, 1, 4)},
        {"max_batch_size": 4, "allowed_batch_sizes": (0, 4)},
    ],
)
def test_a_wrong_value_is_refused(values):
    with pytest.raises(ValueError, match=list(values)[-1]):
        BatchingParameters(**values)


def test_large_requests_are_split_only_if_that_is_enabled():
    whole = BatchingParameters(max_batch_size=8, max_execution_batch_size=2)
    split = BatchingParameters(
        max_batch_size=8, max_execution_batch_size=2, enable_large_batch_splitting=True
    )

    assert (whole.most_rows, split.most_rows) == (8, 2)


def test_a_batch_is_filled_to_the_next_allowed_size():
    parameters = BatchingParameters(max_batch_size=8, allowed_batch_sizes=(1, 4, 8))

    assert [parameters.find_allowed_size(rows) for rows in (1, 2, 4, 5, 9)] == [1, 4, 4, 8, 9]
