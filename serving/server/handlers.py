"""What the server answers, for any protocol: gRPC and REST only read and write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving import rgb_images
from serving.server import memory_budget, metrics
from serving.server.batching.batcher import Batcher, Unbatched
from serving.server.deadlines import NEVER, Deadline
from serving.server.logs import log_records
from serving.server.logs.request_log import RequestLogs
from serving.server.models import examples
from serving.server.models.examples import Classes, Values
from serving.server.models.model_versions import VersionStatus
from serving.server.models.servable import Servable
from serving.server.models.servables import Servables
from serving.server.models.signature import DEFAULT_SIGNATURE, Arrays, Signature
from serving.server.request_errors import BadInput
from serving.server.text_protos import ConfigError

# For each pixel: decoded, then as float32, with the scores of three classes, and the class.
PIXEL_BYTES = 36
IMAGE_AXES = 4  # Of a batch of decoded images [N, H, W, 3].
CHANNELS = 3

# Reads a request's inputs in the types of the signature: JSON has none.
InputReader = Callable[[Signature], Arrays]
Result = TypeVar("Result")


@dataclass(frozen=True)
class ModelSpec:
    """Which model, version (None: the newest, or the label's) and signature a request is for."""

    name: str
    version: int | None = None
    signature_name: str = DEFAULT_SIGNATURE
    label: str = ""


@dataclass(frozen=True)
class Answer(Generic[Result]):
    """The result, and which version and signature gave it: its version is never None."""

    spec: ModelSpec
    outputs: Result


def count_bytes(inputs: Arrays) -> int:
    """Estimates the memory that the images of a request take: encoded ones by their headers.

    Raises BadInput for an image with too many pixels.
    """
    encoded = [text for array in inputs.values() if array.dtype == object for text in array.flat]
    plain = sum(array.size // CHANNELS for array in inputs.values() if array.ndim == IMAGE_AXES)
    images = [rgb_images.count_pixels(text) for text in encoded if isinstance(text, bytes)]
    if max(images, default=0) >= rgb_images.TOO_MANY:
        most = rgb_images.TOO_MANY - 1
        raise BadInput(f"An image has more than {most} pixels: send smaller images.")
    return PIXEL_BYTES * (plain + sum(images))


class Handlers:
    """Answers requests. Raises the RequestError that has TF Serving's code."""

    def __init__(
        self,
        servables: Servables,
        batcher: Batcher | None = None,
        logs: RequestLogs | None = None,
    ) -> None:
        self._servables = servables
        self._batcher = batcher or Unbatched()
        self._logs = logs or RequestLogs()

    def predict(
        self,
        spec: ModelSpec,
        read: InputReader,
        *,
        only: Sequence[str] = (),
        deadline: Deadline = NEVER,
    ) -> Answer[Arrays]:
        """All outputs of the signature, or `only` the named ones."""
        with self._lease(spec) as (version, servable):
            signature = servable.find_signature(spec.signature_name)
            inputs = read(signature)
            with memory_budget.share_pixels().reserve(_check_size(count_bytes(inputs))):
                outputs = self._batcher.run(
                    ("signature", id(servable), signature.name, *only),
                    inputs,
                    lambda rows: _run(spec.name, signature, rows, only),
                    deadline,
                )
        answer = _answer(spec, version, outputs)
        self._logs.record(spec.name, lambda: _write_record(answer, inputs, only))
        return answer

    def classify(
        self, spec: ModelSpec, rows: Sequence[bytes], deadline: Deadline = NEVER
    ) -> Answer[Classes]:
        """The classes of serialized tf.Examples."""
        with self._lease(spec) as (version, servable):
            shared = _SharedRuns(servable, self._batcher, deadline, (spec.name, "Classify"))
            found = examples.classify(shared, spec.signature_name, rows)
        return _answer(spec, version, found)

    def regress(
        self, spec: ModelSpec, rows: Sequence[bytes], deadline: Deadline = NEVER
    ) -> Answer[Values]:
        """The values of serialized tf.Examples."""
        with self._lease(spec) as (version, servable):
            shared = _SharedRuns(servable, self._batcher, deadline, (spec.name, "Regress"))
            found = examples.regress(shared, spec.signature_name, rows)
        return _answer(spec, version, found)

    def multi_inference(
        self,
        tasks: Sequence[tuple[ModelSpec, str]],
        rows: Sequence[bytes],
        deadline: Deadline = NEVER,
    ) -> list[Answer[Classes | Values]]:
        """The answers to several tasks, pairs of model and method, about the same tf.Examples."""
        specs = [spec for spec, _ in tasks]
        if not all(spec.name for spec in specs):
            raise BadInput("Found ModelSpec with an empty model name.")
        if len({spec.name for spec in specs}) > 1:
            raise BadInput(
                "All ModelSpecs in a MultiInferenceRequest must access the same model name."
            )
        if not specs:
            raise BadInput("ModelSpec has no name specified.")
        with self._lease(specs[0]) as (version, servable):
            pairs = [(spec.signature_name, method) for spec, method in tasks]
            api = (specs[0].name, "MultiInference")
            shared = _SharedRuns(servable, self._batcher, deadline, api)
            found = examples.infer(shared, pairs, rows)
        answers = zip(specs, found, strict=True)
        return [_answer(spec, version, result) for spec, result in answers]

    def list_statuses(self, spec: ModelSpec) -> list[VersionStatus]:
        """The states of the model's versions, newest first."""
        return self._servables.list_statuses(spec.name, spec.version, spec.label)

    def read_signature_defs(
        self, spec: ModelSpec
    ) -> tuple[int, Mapping[str, meta_graph_pb2.SignatureDef]]:
        """The version that answers, and its signatures' inputs and outputs."""
        with self._lease(spec) as (version, servable):
            return version, servable.signature_defs

    def reload_config(self, config: ModelServerConfig, *, timeout: float | None = None) -> None:
        """Changes to another list of models; returns when the new ones answer.

        A list that is refused changes nothing.
        """
        try:
            self._logs.check_remote(config)
            self._servables.reload(config, timeout=timeout)
        except ConfigError as error:
            raise BadInput(str(error)) from error

    def _lease(self, spec: ModelSpec) -> AbstractContextManager[tuple[int, Servable]]:
        if not spec.name:
            raise BadInput("ModelSpec has no name specified.")
        return self._servables.lease(spec.name, spec.version, spec.label)


@dataclass(frozen=True)
class _SharedRuns:
    """A servable about tf.Examples: its runs share batches with those of other requests.

    `labels` are the model and the method of the request, for the metrics.
    """

    servable: Servable
    batcher: Batcher
    deadline: Deadline
    labels: tuple[str, str]

    @property
    def signature_defs(self) -> Mapping[str, meta_graph_pb2.SignatureDef]:
        return self.servable.signature_defs

    def run(self, feeds: Arrays, fetches: Iterable[str]) -> list[np.ndarray]:
        names = tuple(fetches)

        def call(rows: Arrays) -> Arrays:
            with metrics.record_run(*self.labels):
                return dict(zip(names, self.servable.run(rows, names), strict=True))

        key = ("tensors", id(self.servable), *names)
        outputs = self.batcher.run(key, feeds, call, self.deadline)
        return [outputs[name] for name in names]


def _run(model: str, signature: Signature, inputs: Arrays, only: Sequence[str]) -> Arrays:
    with metrics.record_run(model, "Predict"):
        return signature(inputs, only)


def _write_record(answer: Answer[Arrays], inputs: Arrays, only: Sequence[str]) -> PredictionLog:
    spec = answer.spec
    model = log_records.name_model(spec.name, spec.version or 0, spec.signature_name)
    return log_records.write_predict(model, inputs, answer.outputs, only)


def _answer(spec: ModelSpec, version: int, outputs: Result) -> Answer[Result]:
    signature_name = spec.signature_name or DEFAULT_SIGNATURE
    return Answer(ModelSpec(spec.name, version, signature_name, spec.label), outputs)


def _check_size(size: int) -> int:
    limit = memory_budget.find_total()
    if size > limit:
        raise BadInput(
            f"The images of this request need {size} bytes of memory, and the server has {limit} "
            f"for images: send smaller images, or set {memory_budget.VARIABLE}.",
        )
    return size
