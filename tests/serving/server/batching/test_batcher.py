"""Requests share batches, and each gets its own answer."""

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import numpy as np
import pytest
from grpc import StatusCode

from serving.server.batching.batcher import Batching, Unbatched
from serving.server.batching.parameters import BatchingParameters
from serving.server.deadlines import Deadline
from serving.server.request_errors import BadInput, RequestError

MINUTE = 60_000_000  # Microseconds: batches run because they are full.


class Model:
    """Doubles rows, and records the batches that it got. Refuses negative numbers."""

    def __init__(self):
        self.batches = []

    def __call__(self, inputs):
        self.batches.append({name: array.copy() for name, array in inputs.items()})
        if any((array < 0).any() for array in inputs.values() if array.dtype != object):
            raise BadInput("negative")
        return {name: array * 2 for name, array in inputs.items()}

    def sizes(self):
        return sorted(len(next(iter(batch.values()))) for batch in self.batches)


@pytest.fixture
def start():
    started = []

    def start(**values):
        defaults = {"batch_timeout_micros": MINUTE, "num_batch_threads": 2, "max_batch_size": 3}
        started.append(Batching(BatchingParameters(**{**defaults, **values})))
        return started[-1]

    yield start
    for batching in started:
        batching.stop()


def ask(batching, model, *requests, key="key"):
    """Sends requests at the same time; returns answers and errors in their order."""

    def send(inputs):
        try:
            return batching.run(key, inputs, model)["x"].tolist()
        except RequestError as error:
            return error.code

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


def rows(*values):
    return {"x": np.array(values, "float32")}


def test_requests_that_arrive_together_run_together(start):
    model = Model()

    answers = ask(start(), model, rows(1), rows(2, 3))

    assert answers == [[2], [4, 6]]
    assert model.sizes() == [3]


def test_a_request_alone_runs_after_the_timeout(start):
    model = Model()

    assert ask(start(batch_timeout_micros=1000), model, rows(1)) == [[2]]


def test_the_error_of_one_request_does_not_fail_the_others(start):
    model = Model()

    answers = ask(start(), model, rows(1), rows(-1), rows(3))

    assert answers == [[2], StatusCode.INVALID_ARGUMENT, [6]]
    assert model.sizes() == [1, 1, 1, 3]


def test_requests_of_different_keys_or_shapes_do_not_run_together(start):
    model = Model()
    batching = start(batch_timeout_micros=1000)

    assert ask(batching, model, rows([1]), rows([2, 3])) == [[[2]], [[4, 6]]]
    assert model.sizes() == [1, 1]


def test_variable_lengths_are_padded_with_the_first_value_if_that_is_set(start):
    model = Model()

    answers = ask(
        start(pad_variable_length_inputs=True, max_batch_size=2), model, rows([1]), rows([2, 3])
    )

    assert answers == [[[2, 2]], [[4, 6]]]


def test_a_batch_is_filled_to_an_allowed_size_and_the_filling_is_dropped(start):
    model = Model()
    batching = start(max_batch_size=4, allowed_batch_sizes=(4,), batch_timeout_micros=0)

    assert ask(batching, model, rows(1, 2)) == [[2, 4]]
    assert model.sizes() == [4]


def test_a_large_request_is_split_into_batches_and_answered_as_one(start):
    model = Model()
    batching = start(
        enable_large_batch_splitting=True,
        max_execution_batch_size=2,
        batch_timeout_micros=0,
    )

    assert ask(batching, model, rows(1, 2, 3)) == [[2, 4, 6]]
    assert model.sizes() == [1, 2]


def images(height, width):
    return {
        "pixels": np.ones((1, height, width, 3), "float32"),
        "sizes": np.array([[height, width]], "int32"),
    }


def test_images_of_similar_sizes_share_a_padded_batch(start):
    model = Model()
    batching = start(max_batch_size=2)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda i: batching.run("k", i, model), [images(5, 6), images(7, 4)]))

    assert [batch["pixels"].shape for batch in model.batches] == [(2, 7, 6, 3)]
    assert sorted(model.batches[0]["sizes"].tolist()) == [[5, 6], [7, 4]]


def test_a_small_image_does_not_wait_for_a_large_one(start):
    model = Model()
    batching = start(batch_timeout_micros=1000)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda i: batching.run("k", i, model), [images(1, 1), images(64, 64)]))

    assert model.sizes() == [1, 1]


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({}, "at least one input tensor"),
        ({"x": np.array(1.0)}, "at least one dimension"),
        ({"x": np.ones(1), "y": np.ones(2)}, "equal 0th-dimension size"),
        (rows(1, 2, 3, 4), "Task size 4 is larger than maximum input batch size 3"),
    ],
)
def test_inputs_that_are_no_rows_are_refused(start, inputs, problem):
    with pytest.raises(BadInput, match=problem):
        start().run("key", inputs, Model())


def test_a_full_queue_refuses_requests(start):
    release, model = threading.Event(), Model()

    def hold(inputs):
        release.wait(60)
        return model(inputs)

    batching = start(num_batch_threads=1, max_batch_size=1, max_enqueued_batches=1)
    with ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(batching.run, "key", rows(1), hold) for _ in range(4)]
        done, _ = wait(futures, return_when=FIRST_COMPLETED)
        release.set()

    assert {future.exception().code for future in done} == {StatusCode.UNAVAILABLE}
    assert any(not future.exception() for future in futures)


def test_a_request_whose_deadline_passed_in_the_queue_does_not_run(start):
    model = Model()
    batching = start(max_batch_size=2)

    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(batching.run, "key", rows(1), model, Deadline(0))
        in_time = threads.submit(batching.run, "key", rows(2), model, Deadline(60))

    assert late.exception().code is StatusCode.DEADLINE_EXCEEDED
    assert in_time.result()["x"].tolist() == [4]
    assert model.sizes() == [1]


def test_a_batch_whose_deadlines_have_all_passed_does_not_run(start):
    model = Model()

    with pytest.raises(RequestError, match="deadline"):
        start(max_batch_size=1, allowed_batch_sizes=(1,)).run("key", rows(1), model, Deadline(0))

    assert not model.batches


def test_without_batching_a_request_whose_deadline_passed_does_not_run():
    model = Model()

    with pytest.raises(RequestError, match="deadline"):
        Unbatched().run("key", rows(1), model, Deadline(0))

    assert not model.batches


def test_without_batching_each_request_runs_alone():
    model = Model()

    assert ask(Unbatched(), model, rows(1), rows(2)) == [[2], [4]]
    assert model.sizes() == [1, 1]
