"""What the server answers, for any protocol: gRPC and REST only read and write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tensorflow.core.protobuf import meta_graph_pb2

from serving import rgb_images
from serving.server import memory_budget
from serving.server.model_versions import VersionStatus
from serving.server.servable import DEFAULT_SIGNATURE, Arrays, Signature
from serving.server.servables import Servables

# For each pixel: decoded, then as float32, with the scores of three classes, and the class.
PIXEL_BYTES = 36
IMAGE_AXES = 4  # Of a batch of decoded images [N, H, W, 3].
CHANNELS = 3

# Reads a request's inputs in the types of the signature: JSON has none.
InputReader = Callable[[Signature], Arrays]


@dataclass(frozen=True)
class ModelSpec:
    """Which model, version (None: the newest) and signature a request is for."""

    name: str
    version: int | None = None
    signature_name: str = DEFAULT_SIGNATURE


@dataclass(frozen=True)
class Answer:
    """The outputs, and which version and signature gave them: its version is never None."""

    spec: ModelSpec
    outputs: Arrays


def count_bytes(inputs: Arrays) -> int:
    """Estimates the memory that the images of a request take: encoded ones by their headers."""
    encoded = [text for array in inputs.values() if array.dtype == object for text in array.flat]
    plain = sum(array.size // CHANNELS for array in inputs.values() if array.ndim == IMAGE_AXES)
    images = (text for text in encoded if isinstance(text, bytes))
    return PIXEL_BYTES * (plain + sum(map(rgb_images.count_pixels, images)))


class Handlers:
    """Answers requests. Raises the kind of RequestError that names the cause."""

    def __init__(self, servables: Servables) -> None:
        self._servables = servables

    def predict(self, spec: ModelSpec, read: InputReader, *, only: Sequence[str] = ()) -> Answer:
        """All outputs of the signature, or `only` the named ones."""
        with self._servables.lease(spec.name, spec.version) as (version, servable):
            signature = servable.find_signature(spec.signature_name)
            inputs = read(signature)
            with memory_budget.share_pixels().reserve(count_bytes(inputs)):
                outputs = signature(inputs, only)
        return Answer(ModelSpec(spec.name, version, spec.signature_name), outputs)

    def list_statuses(self, spec: ModelSpec) -> list[VersionStatus]:
        """The states of the model's versions, newest first."""
        return self._servables.list_statuses(spec.name, spec.version)

    def read_signature_defs(
        self, spec: ModelSpec
    ) -> tuple[int, Mapping[str, meta_graph_pb2.SignatureDef]]:
        """The version that answers, and its signatures' inputs and outputs."""
        with self._servables.lease(spec.name, spec.version) as (version, servable):
            return version, servable.signature_defs
