"""Batches across requests: the rows of several requests run through the model together.

The parameters and texts are TF Serving's (batching/batching_session.cc). Two things differ:
requests of different shapes wait in different queues instead of failing together, and when a batch
fails, each of its requests runs again alone.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Protocol

import numpy as np
from grpc import StatusCode

from serving.server import metrics
from serving.server.batching.batches import count_rows, divide, find_group, merge, split
from serving.server.batching.parameters import BatchingParameters
from serving.server.deadlines import NEVER, Deadline
from serving.server.request_errors import BadInput, RequestError

Arrays = dict[str, np.ndarray]
Call = Callable[[Arrays], Arrays]


class Batcher(Protocol):
    """Runs a call on inputs. Requests of equal `key` may share a call: it must do the same."""

    def run(self, key: Hashable, inputs: Arrays, call: Call, deadline: Deadline = NEVER) -> Arrays:
        """The outputs of `call` for these inputs. Raises RequestError if the deadline is over."""
        ...

    def stop(self) -> None:
        """Ends the threads. No request may be waiting."""
        ...


class Unbatched:
    """Runs each request alone, in the thread that asks."""

    def run(self, key: Hashable, inputs: Arrays, call: Call, deadline: Deadline = NEVER) -> Arrays:
        """The outputs of `call` for these inputs. Raises RequestError if the deadline is over."""
        deadline.check()
        return call(inputs)

    def stop(self) -> None:
        """There is nothing to end."""


class Batching:
    """Queues of requests, and the threads that run them. Thread-safe.

    A queue exists as long as a request waits in it.
    """

    def __init__(self, parameters: BatchingParameters) -> None:
        self._parameters = parameters
        self._queues: OrderedDict[Hashable, _Queue] = OrderedDict()
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"batch-{number}", daemon=True)
            for number in range(parameters.num_batch_threads)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, key: Hashable, inputs: Arrays, call: Call, deadline: Deadline = NEVER) -> Arrays:
        """The outputs of `call` for these inputs, which may run together with others.

        Raises BadInput for inputs that have no rows in common, or too many rows; RequestError
        UNAVAILABLE when the queue is full, and DEADLINE_EXCEEDED if the deadline is over when it
        is the inputs' turn; and what `call` raises for these inputs alone.
        """
        rows = count_rows(inputs)
        if rows > self._parameters.max_batch_size:
            raise BadInput(
                f"Task size {rows} is larger than maximum input batch size "
                f"{self._parameters.max_batch_size}"
            )
        parts = split(inputs, rows, self._parameters.most_rows)
        tasks = [_Task(part, call, deadline) for part in parts]
        self._put((key, find_group(inputs, pad=self._parameters.pad_variable_length_inputs)), tasks)
        answers = [task.wait() for task in tasks]
        if len(answers) == 1:
            return answers[0]
        return {name: np.concatenate([a[name] for a in answers]) for name in answers[0]}

    def stop(self) -> None:
        """Ends the threads. No request may be waiting."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _put(self, key: Hashable, tasks: list[_Task]) -> None:
        with self._changed:
            queue = self._queues.setdefault(key, _Queue())
            added = sum(task.rows for task in tasks)
            if queue.rows and queue.rows + added > self._parameters.most_queued_rows:
                raise RequestError(
                    StatusCode.UNAVAILABLE,
                    "The batch scheduling queue to which this task was submitted is full",
                )
            queue.tasks.extend(tasks)
            queue.rows += added
            self._changed.notify()

    def _work(self) -> None:
        while batch := self._take():
            now = time.monotonic()
            for task in batch:
                waited = (now - task.arrived) * metrics.MICROSECONDS
                metrics.QUEUING_LATENCY.observe(waited, self._parameters.thread_pool_name)
            if waiting := [task for task in batch if not task.expire()]:
                _run_batch(waiting, self._parameters)

    def _take(self) -> list[_Task]:
        """The next batch, from the queue that is ready and was served least lately."""
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                due = {key: self._find_due(queue) for key, queue in self._queues.items()}
                for key, moment in due.items():
                    if moment <= now:
                        return self._take_from(key)
                self._changed.wait(min(due.values()) - now if due else None)
        return []

    def _find_due(self, queue: _Queue) -> float:
        if queue.rows >= self._parameters.most_rows:
            return 0.0
        return queue.tasks[0].arrived + self._parameters.batch_timeout_micros / metrics.MICROSECONDS

    def _take_from(self, key: Hashable) -> list[_Task]:
        queue = self._queues[key]
        batch: list[_Task] = []
        rows = 0
        while queue.tasks and (
            not batch or rows + queue.tasks[0].rows <= self._parameters.most_rows
        ):
            batch.append(queue.tasks.popleft())
            rows += batch[-1].rows
        queue.rows -= rows
        if queue.tasks:
            self._queues.move_to_end(key)
            self._changed.notify()  # What is left may be ready for another thread.
        else:
            del self._queues[key]
        return batch


class _Queue:
    """Requests that may run together, in the order of their arrival."""

    def __init__(self) -> None:
        self.tasks: deque[_Task] = deque()
        self.rows = 0


class _Task:
    """Rows that run together, and the answer that a thread waits for."""

    def __init__(self, inputs: Arrays, call: Call, deadline: Deadline) -> None:
        self.inputs = inputs
        self.rows = count_rows(inputs)
        self.arrived = time.monotonic()
        self._call = call
        self._deadline = deadline
        self._done = threading.Event()
        self._answer: Arrays | BaseException = {}

    def expire(self) -> bool:
        """Ends the wait if the deadline is over, and returns whether it is."""
        try:
            self._deadline.check()
        except RequestError as error:
            self.give(error)
            return True
        return False

    def run(self, inputs: Arrays) -> Arrays:
        """Runs this task's call on the inputs of all tasks of a batch."""
        return self._call(inputs)

    def run_alone(self) -> None:
        """Runs the task, and gives it the outputs or the error."""
        try:
            self.give(self._call(self.inputs))
        except BaseException as error:  # Goes to the thread that waits.
            self.give(error)

    def give(self, answer: Arrays | BaseException) -> None:
        """Ends the wait."""
        self._answer = answer
        self._done.set()

    def wait(self) -> Arrays:
        """The outputs. Raises the error that the task got."""
        self._done.wait()
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer


def _run_batch(batch: list[_Task], parameters: BatchingParameters) -> None:
    if len(batch) > 1 or parameters.allowed_batch_sizes:
        with suppress(Exception):  # The cause is in one request: each gets its own answer below.
            sizes = [task.rows for task in batch]
            filling = parameters.find_allowed_size(sum(sizes)) - sum(sizes)
            outputs = batch[0].run(merge([task.inputs for task in batch], filling))
            for task, part in zip(batch, divide(outputs, sizes, filling), strict=True):
                task.give(part)
            return
    for task in batch:
        task.run_alone()
