"""Processes that read and write large JSON: a parser keeps Python's lock while it runs.

A process starts at the first large body, and again after it ends. It imports no TensorFlow, and its
memory is limited: a body that needs more gets an error, and no other request notices.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import Any

from grpc import StatusCode

from serving.server import memory_budget
from serving.server.deadlines import Deadline
from serving.server.request_errors import RequestError
from serving.server.rest.example_json import read_examples
from serving.server.rest.predict_json import read_predict, write_predict

PROCESSES = 2
LEAST_BYTES = 1536 * 2**20  # Of memory, for a process: its libraries take a part of this.
STOP_SECONDS = 2.0
PROGRAM = "import sys; from serving.server.rest import json_worker; json_worker.run(sys.argv[1])"
TASKS: dict[str, Callable[..., Any]] = {
    task.__name__: task for task in (read_predict, read_examples, write_predict)
}


class JsonWorkers:
    """Up to PROCESSES processes; each runs one task at a time."""

    def __init__(self) -> None:
        self._free: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(PROCESSES):
            self._free.put(None)

    def run(self, task: Callable[..., Any], *args: Any, deadline: Deadline) -> Any:
        """Runs one of TASKS in a process, and returns what it returned.

        Raises the task's RequestError; DEADLINE_EXCEEDED after the deadline; RESOURCE_EXHAUSTED
        if the task needs more memory than a process may have.
        """
        deadline.check()
        try:
            worker = self._free.get(timeout=deadline.left)
        except queue.Empty as error:
            raise _report_timeout() from error
        kept = None
        try:
            worker = worker or _Worker()
            answer = worker.ask((task.__name__, list(map(_keep_apart, args))), deadline)
            kept = worker
        finally:
            if worker and not kept:
                worker.stop()
            self._free.put(kept)
        if isinstance(answer, _Refusal):
            raise RequestError(StatusCode[answer.code], answer.text)
        return answer

    def stop(self) -> None:
        """Ends the processes. No task may be running."""
        for _ in range(PROCESSES):
            if worker := self._free.get():
                worker.stop()


class _Refusal:
    """A RequestError, in a form that pickle can send."""

    def __init__(self, error: RequestError) -> None:
        self.code = error.code.name
        self.text = str(error)


class _Worker:
    """One process, and the connection to it."""

    def __init__(self) -> None:
        self._connection, other = Pipe()
        paths = os.pathsep.join(filter(None, sys.path))
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(other.fileno())],
                pass_fds=[other.fileno()],
                env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C ends the server, which first answers.
            )

    def ask(self, message: Any, deadline: Deadline) -> Any:
        """The process's answer. Raises RequestError if there is none."""
        try:
            _send(self._connection, message)
            if not self._connection.poll(deadline.left):
                raise _report_timeout()
            return _receive(self._connection)
        except (EOFError, OSError) as error:
            raise RequestError(
                StatusCode.RESOURCE_EXHAUSTED,
                f"The JSON takes more than {find_limit() >> 20} MiB of memory: send less.",
            ) from error

    def stop(self) -> None:
        """Closes the connection, which ends the process; kills one that is at work."""
        self._connection.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0)
            return
        self._process.kill()
        self._process.wait(STOP_SECONDS)


def find_limit() -> int:
    """The bytes of memory that a process may have."""
    return max(memory_budget.find_total() // PROCESSES, LEAST_BYTES)


def _report_timeout() -> RequestError:
    return RequestError(
        StatusCode.DEADLINE_EXCEEDED,
        "The JSON was not read or written in the time of the request: send less at a time.",
    )


def answer_tasks(connection: Connection) -> None:
    """Runs tasks until the server closes the connection: the process's own loop."""
    while True:
        try:
            task, args = _receive(connection)
        except EOFError:
            return
        try:
            answer = TASKS[task](*args)
        except RequestError as error:
            answer = _Refusal(error)
        except (MemoryError, SystemError):  # orjson makes the second of the first.
            return
        except Exception as error:  # Goes to the client, like every error of the server itself.
            text = f"Internal error: {type(error).__name__}: {error}"
            answer = _Refusal(RequestError(StatusCode.INTERNAL, text))
        _send(connection, answer)
        del task, args, answer  # So that an idle process keeps no request.


def _keep_apart(argument: Any) -> Any:
    """A body is sent without the copy that pickle makes of it."""
    return pickle.PickleBuffer(argument) if isinstance(argument, bytes | bytearray) else argument


def _send(connection: Connection, message: Any) -> None:
    """Sends a message, and its bodies and arrays as they are: writing does not keep the lock."""
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    parts = [buffer.raw() for buffer in buffers]
    connection.send((data, [part.nbytes for part in parts]))
    for part in parts:
        if part.nbytes:
            connection.send_bytes(part)


def _receive(connection: Connection) -> Any:
    data, sizes = connection.recv()
    parts = [bytearray(size) for size in sizes]
    for part in parts:
        if part:
            connection.recv_bytes_into(part)
    return pickle.loads(data, buffers=parts)


def run(number: str) -> None:
    """The process: answers on the connection of this file descriptor."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = find_limit() if most == resource.RLIM_INFINITY else min(find_limit(), most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    gc.disable()  # JSON has no cycles.
    with suppress(MemoryError, KeyboardInterrupt, BrokenPipeError):
        answer_tasks(Connection(int(number)))
