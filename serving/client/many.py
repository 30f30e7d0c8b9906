"""Sends many batches, several at once, and gives their answers in order, with bounded memory.

At most `concurrency` requests are under way. While the oldest one is slow, finished ones wait, so
at most twice as many batches are in memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
WAITING = 2  # Batches in memory for each request under way.


@dataclass(frozen=True)
class Pace:
    """Images in a request, and requests at once. Raises ValueError for numbers below 1."""

    batch: int
    concurrency: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"{name} is {value}: give a number from 1 up.")

    @property
    def most_waiting(self) -> int:
        """Batches that may be in memory."""
        return WAITING * self.concurrency


def ask_in_order(
    ask: Callable[[list[Item]], list[Answer]],
    items: Iterable[Item],
    pace: Pace,
) -> Iterator[Answer]:
    """The answers to all items, in their order; an error is raised in the place of its batch."""
    running: deque[Future[list[Answer]]] = deque()
    with ThreadPoolExecutor(pace.concurrency, thread_name_prefix="fcn-client") as pool:
        try:
            for group in _split(items, pace.batch):
                running.append(pool.submit(ask, group))
                if len(running) >= pace.most_waiting:
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()
        finally:
            for future in running:
                future.cancel()


async def ask_in_order_async(
    ask: Callable[[list[Item]], Awaitable[list[Answer]]],
    items: Iterable[Item] | AsyncIterable[Item],
    pace: Pace,
) -> AsyncIterator[Answer]:
    """As `ask_in_order`, for asyncio."""
    limit = asyncio.Semaphore(pace.concurrency)

    async def ask_in_turn(group: list[Item]) -> list[Answer]:
        async with limit:
            return await ask(group)

    running: deque[asyncio.Task[list[Answer]]] = deque()
    try:
        async for group in _split_async(items, pace.batch):
            running.append(asyncio.create_task(ask_in_turn(group)))
            if len(running) >= pace.most_waiting:
                for answer in await running.popleft():
                    yield answer
        while running:
            for answer in await running.popleft():
                yield answer
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def count_async(
    items: Iterable[Item] | AsyncIterable[Item],
) -> AsyncIterator[tuple[int, Item]]:
    """As `enumerate`, also for asynchronous iterables."""
    position = 0
    async for group in _split_async(items, 1):
        for item in group:
            yield position, item
            position += 1


def _split(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items; the last one may be shorter."""
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group


async def _split_async(
    items: Iterable[Item] | AsyncIterable[Item], size: int
) -> AsyncIterator[list[Item]]:
    if isinstance(items, AsyncIterable):
        group: list[Item] = []
        async for item in items:
            group.append(item)
            if len(group) == size:
                yield group
                group = []
        if group:
            yield group
        return
    for group in _split(items, size):
        yield group
