"""Many batches: in order, several at once, and few in memory."""

import asyncio
import threading

import pytest

from serving.client.many import Pace, ask_in_order, ask_in_order_async


def double(batch):
    return [2 * number for number in batch]


async def gather(items, pace, ask=None):
    async def ask_double(batch):
        await asyncio.sleep(0)
        return double(batch)

    return [answer async for answer in ask_in_order_async(ask or ask_double, items, pace)]


async def produce(count):
    for number in range(count):
        yield number


@pytest.mark.parametrize("count", [0, 1, 7, 30])
def test_answers_come_in_the_order_of_the_items(count):
    expected = double(range(count))

    assert list(ask_in_order(double, range(count), Pace(3, 2))) == expected
    assert asyncio.run(gather(range(count), Pace(3, 2))) == expected
    assert asyncio.run(gather(produce(count), Pace(3, 2))) == expected


def test_as_many_requests_as_allowed_are_under_way_and_answers_wait_for_their_turn():
    both = threading.Barrier(2)

    def ask(batch):
        both.wait(timeout=30)  # Fails unless two requests are under way at once.
        return batch

    assert list(ask_in_order(ask, range(8), Pace(1, 2))) == [*range(8)]


def test_no_more_batches_than_can_be_under_way_or_wait_are_read():
    items = iter(range(1000))
    answers = ask_in_order(double, items, Pace(batch=2, concurrency=3))

    assert next(answers) == 0
    assert next(items) == 2 * 2 * 3
    answers.close()


def test_no_more_batches_are_read_with_asyncio():
    async def read_one():
        items = iter(range(1000))

        async def ask(batch):
            return batch

        answers = ask_in_order_async(ask, items, Pace(batch=2, concurrency=3))
        assert await answers.__anext__() == 0
        await answers.aclose()
        return next(items)

    assert asyncio.run(read_one()) == 2 * 2 * 3


def test_an_error_comes_in_the_place_of_its_batch_and_ends_the_iteration():
    def ask(batch):
        return [1 // (2 - number) for number in batch]

    answers = ask_in_order(ask, range(5), Pace(1, 2))

    assert [next(answers), next(answers)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(answers)
    assert list(answers) == []


@pytest.mark.parametrize(("batch", "concurrency"), [(0, 1), (1, 0)])
def test_sizes_below_one_are_refused(batch, concurrency):
    with pytest.raises(ValueError, match="is 0"):
        Pace(batch, concurrency)
