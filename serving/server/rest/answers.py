"""From the body of a request to the body of its answer, through the handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from tensorflow.core.example import example_pb2

from serving.server.handlers import Handlers, ModelSpec
from serving.server.rest import example_json, model_json, predict_json
from serving.server.rest.json_worker import JsonWorkers
from serving.server.rest.paths import Target

LARGE_BYTES = 16 * 2**20  # Of a body that a process reads.
LARGE_VALUES = 20_000  # Of a body or an answer: each becomes an object of Python.


class Answers:
    """Answers of one server. Methods raise RequestError, and may run in any thread."""

    def __init__(self, handlers: Handlers, workers: JsonWorkers, *, seconds: float) -> None:
        self._handlers = handlers
        self._workers = workers
        self._seconds = seconds

    def predict(self, target: Target, body: bytes) -> bytes:
        """`:predict`, in the form in which the inputs came."""
        _, definitions = self._handlers.read_signature_defs(_name_model(target))
        types = model_json.read_types(definitions)
        read = self._run(predict_json.read_predict, body, types, large=is_large(body))
        answer = self._handlers.predict(
            _name_model(target, read.signature_name), lambda _: read.inputs
        )
        large = any(map(_is_large_array, answer.outputs.values()))
        return self._run(predict_json.write_predict, answer.outputs, read.by_rows, large=large)

    def classify(self, target: Target, body: bytes) -> bytes:
        """`:classify`: labels and scores of each example."""
        spec, examples = self._read_examples(target, body)
        return example_json.write_classifications(self._handlers.classify(spec, examples).outputs)

    def regress(self, target: Target, body: bytes) -> bytes:
        """`:regress`: a number for each example."""
        spec, examples = self._read_examples(target, body)
        return example_json.write_regressions(self._handlers.regress(spec, examples).outputs)

    def status(self, target: Target, _: bytes) -> bytes:
        """The states of the model's versions."""
        statuses = self._handlers.list_statuses(_name_model(target))
        return model_json.write_status(
            (s.version, s.state.name, "UNKNOWN" if s.error else "OK", s.error) for s in statuses
        )

    def metadata(self, target: Target, _: bytes) -> bytes:
        """The signatures of the model."""
        version, definitions = self._handlers.read_signature_defs(_name_model(target))
        return model_json.write_metadata(target.name, version, definitions)

    def _read_examples(self, target: Target, body: bytes) -> tuple[ModelSpec, list[bytes]]:
        read = self._run(example_json.read_examples, body, large=is_large(body))
        context = _serialize(read.context or {})
        # Serialized messages that follow each other are merged when they are parsed.
        examples = [context + _serialize(example) for example in read.examples]
        return _name_model(target, read.signature_name), examples

    def _run(self, task: Callable[..., Any], *args: Any, large: bool) -> Any:
        if large:
            return self._workers.run(task, *args, timeout=self._seconds)
        return task(*args)


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
