"""From the body of a request to the body of its answer, through the handlers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from tensorflow.core.example import example_pb2

from serving.server.deadlines import Deadline
from serving.server.handlers import Handlers, ModelSpec
from serving.server.rest import example_json, model_json, predict_json
from serving.server.rest.json_worker import JsonWorkers
from serving.server.rest.paths import Target

LARGE_BYTES = 16 * 2**20  # Of a body that a process reads.
LARGE_VALUES = 20_000  # Of a body or an answer: each becomes an object of Python.


class Question(NamedTuple):
    """A request: what its path asks for, its body, and until when the client waits."""

    target: Target
    body: bytes
    deadline: Deadline


class Answers:
    """Answers of one server. Methods raise RequestError, and may run in any thread."""

    def __init__(self, handlers: Handlers, workers: JsonWorkers) -> None:
        self._handlers = handlers
        self._workers = workers

    def predict(self, asked: Question) -> bytes:
        """`:predict`, in the form in which the inputs came."""
        target, body, deadline = asked
        _, definitions = self._handlers.read_signature_defs(_name_model(target))
        types = model_json.read_types(definitions)
        read = self._choose(is_large(body), deadline)(predict_json.read_predict, body, types)
        answer = self._handlers.predict(
            _name_model(target, read.signature_name), lambda _: read.inputs, deadline=deadline
        )
        large = any(map(_is_large_array, answer.outputs.values()))
        run = self._choose(large, deadline)
        written: bytes = run(predict_json.write_predict, answer.outputs, read.by_rows)
        return written

    def classify(self, asked: Question) -> bytes:
        """`:classify`: labels and scores of each example."""
        answer = self._handlers.classify(*self._read_examples(asked), asked.deadline)
        return example_json.write_classifications(answer.outputs)

    def regress(self, asked: Question) -> bytes:
        """`:regress`: a number for each example."""
        answer = self._handlers.regress(*self._read_examples(asked), asked.deadline)
        return example_json.write_regressions(answer.outputs)

    def status(self, asked: Question) -> bytes:
        """The states of the model's versions."""
        statuses = self._handlers.list_statuses(_name_model(asked.target))
        return model_json.write_status(
            (s.version, s.state.name, "UNKNOWN" if s.error else "OK", s.error) for s in statuses
        )

    def metadata(self, asked: Question) -> bytes:
        """The signatures of the model."""
        version, definitions = self._handlers.read_signature_defs(_name_model(asked.target))
        return model_json.write_metadata(asked.target.name, version, definitions)

    def _read_examples(self, asked: Question) -> tuple[ModelSpec, list[bytes]]:
        run = self._choose(is_large(asked.body), asked.deadline)
        read = run(example_json.read_examples, asked.body)
        context = _serialize(read.context or {})
        # Serialized messages that follow each other are merged when they are parsed.
        examples = [context + _serialize(example) for example in read.examples]
        return _name_model(asked.target, read.signature_name), examples

    def _choose(self, large: bool, deadline: Deadline) -> Callable[..., Any]:
        """What runs a task on JSON: one of the processes, or for a small one this thread."""
        if large:
            return partial(self._workers.run, deadline=deadline)
        return lambda task, *args: task(*args)


def is_large(body: bytes) -> bool:
    """Whether reading a body would stop other threads for long."""
    return len(body) > LARGE_BYTES or body.count(b",") > LARGE_VALUES


def _is_large_array(array: np.ndarray) -> bool:
    return array.size > LARGE_VALUES


def _serialize(features: example_json.Features) -> bytes:
    example = example_pb2.Example()
    for name, (kind, values) in features.items():
        feature = example.features.feature[name]
        if kind:
            getattr(feature, kind).value.extend(values)
    return example.SerializeToString()


def _name_model(target: Target, signature_name: str = "") -> ModelSpec:
    signature_name = signature_name or predict_json.DEFAULT_SIGNATURE
    return ModelSpec(target.name, target.version, signature_name, target.label or "")
