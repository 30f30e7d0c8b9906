"""Classify, Regress and MultiInference: serialized tf.Examples in, classes and values out.

The checks and their texts are TF Serving's (classifier.cc, regressor.cc, multi_inference.cc).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from grpc import StatusCode
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import input_pb2

from serving.server.models.signature import DEFAULT_SIGNATURE
from serving.server.request_errors import BadInput, RequestError

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"

# Of each example, its classes: label (empty if the model has none) and score.
Classes = list[list[tuple[bytes, float]]]
Values = list[float]
Outputs = dict[str, np.ndarray]


class Runnable(Protocol):
    """A Servable, or what runs one together with others."""

    @property
    def signature_defs(self) -> Mapping[str, meta_graph_pb2.SignatureDef]:
        """The model's signatures."""
        ...

    def run(self, feeds: Outputs, fetches: Iterable[str]) -> list[np.ndarray]:
        """The values of tensors, by their names in the graph."""
        ...


def read_input(message: input_pb2.Input) -> list[bytes]:
    """Its tf.Examples, serialized; the context, if there is one, is part of each."""
    if message.WhichOneof("kind") == "example_list_with_context":
        context = message.example_list_with_context.context.SerializeToString()
        examples = message.example_list_with_context.examples
        return [context + example.SerializeToString() for example in examples]
    return [example.SerializeToString() for example in message.example_list.examples]


def classify(servable: Runnable, signature_name: str, examples: Sequence[bytes]) -> Classes:
    """The classes of each example. Raises RequestError."""
    definition = _find(servable, signature_name, "No signature was found with the name: ")
    outputs = _run(servable, [_check_classify(definition)], [definition], examples)
    return _read_classes(definition, outputs, len(examples))


def regress(servable: Runnable, signature_name: str, examples: Sequence[bytes]) -> Values:
    """One value for each example. Raises RequestError."""
    definition = _find(servable, signature_name, "No signature was found with the name: ")
    outputs = _run(servable, [_check_regress(definition)], [definition], examples)
    return _read_values(definition, outputs, len(examples))


def infer(
    servable: Runnable, tasks: Sequence[tuple[str, str]], examples: Sequence[bytes]
) -> list[Classes | Values]:
    """The answers to all tasks, pairs of signature and method, from one run of the graph."""
    names = [name or DEFAULT_SIGNATURE for name, _ in tasks]
    definitions, inputs = [], []
    for number, (name, (_, method)) in enumerate(zip(names, tasks, strict=True)):
        if name in names[:number]:
            raise BadInput(f"Duplicate evaluation of signature: {name}")
        definition = _find(servable, name, "Requested signature not found in model graph: ")
        inputs.append(_find_method(method)[0](definition))
        definitions.append(definition)
    outputs = _run(servable, inputs, definitions, examples)
    return [
        _find_method(method)[1](definition, outputs, len(examples))
        for definition, (_, method) in zip(definitions, tasks, strict=True)
    ]


def _find_method(method: str) -> tuple[Any, Any]:
    methods = {CLASSIFY: (_check_classify, _read_classes), REGRESS: (_check_regress, _read_values)}
    if method not in methods:
        text = f"Unsupported signature method_name: {method}"
        raise RequestError(StatusCode.UNIMPLEMENTED, text)
    return methods[method]


def _find(servable: Runnable, name: str, problem: str) -> meta_graph_pb2.SignatureDef:
    name = name or DEFAULT_SIGNATURE
    if name not in servable.signature_defs:
        raise BadInput(problem + name)
    return servable.signature_defs[name]


def _run(
    servable: Runnable,
    inputs: Sequence[str],
    definitions: Sequence[meta_graph_pb2.SignatureDef],
    examples: Sequence[bytes],
) -> Outputs:
    """All outputs of the signatures, by the names of their tensors."""
    if not examples:
        raise BadInput("Input is empty.")
    fetches = sorted({info.name for d in definitions for info in d.outputs.values()})
    rows = np.array(examples, dtype=object)
    return dict(zip(fetches, servable.run(dict.fromkeys(inputs, rows), fetches), strict=True))


def _check_classify(definition: meta_graph_pb2.SignatureDef) -> str:
    """The name of the input's tensor."""
    if len(definition.inputs) != 1:
        raise BadInput("Expected one input Tensor.")
    if len(definition.outputs) not in (1, 2):
        raise BadInput(f"Expected one or two output Tensors, found {len(definition.outputs)}")
    if "inputs" not in definition.inputs:
        raise BadInput(f"No classification inputs found in SignatureDef: {definition}")
    if not {"classes", "scores"} & set(definition.outputs):
        raise BadInput(
            'Expected classification signature outputs to contain at least one of "classes" or '
            f'"scores". Signature was: {definition}'
        )
    return str(definition.inputs["inputs"].name)


def _read_classes(
    definition: meta_graph_pb2.SignatureDef, outputs: Outputs, examples: int
) -> Classes:
    """[N, C] labels and scores, either of which may be missing."""
    found = {
        name: outputs[definition.outputs[name].name]
        for name in ("classes", "scores")
        if name in definition.outputs
    }
    for name, kind in (("classes", "O"), ("scores", "f")):
        if name in found:
            _check_rows(name, found[name], kind, examples)
    shape = next(iter(found.values())).shape
    labels = found.get("classes", np.full(shape, b"", object))
    scores = found.get("scores", np.zeros(shape, np.float32))
    if labels.shape != scores.shape:
        raise BadInput(
            "Tensors class and score should match in dim_size(1). Got "
            f"{labels.shape[1]} vs. {scores.shape[1]}"
        )
    rows = zip(labels.tolist(), scores.tolist(), strict=True)
    return [list(zip(names, values, strict=True)) for names, values in rows]


def _check_rows(name: str, array: np.ndarray, kind: str, examples: int) -> None:
    if array.ndim != 2:
        raise BadInput(
            f"Expected Tensor shape: [batch_size num_classes] but got {list(array.shape)}"
        )
    wanted = "DT_STRING" if kind == "O" else "DT_FLOAT"
    if array.dtype != (object if kind == "O" else np.float32):
        raise BadInput(f"Expected {name} Tensor of {wanted}. Got: {array.dtype.name}")
    if len(array) != examples:
        raise BadInput(f"Expected {name} output batch size of {examples}. Got: {len(array)}")


def _check_regress(definition: meta_graph_pb2.SignatureDef) -> str:
    """The name of the input's tensor."""
    if len(definition.inputs) != 1:
        raise BadInput("Expected one input Tensor.")
    if len(definition.outputs) != 1:
        raise BadInput("Expected one output Tensor.")
    if "inputs" not in definition.inputs:
        raise BadInput(f"No regression inputs found in SignatureDef: {definition}")
    if "outputs" not in definition.outputs:
        raise BadInput(f"No regression outputs found in SignatureDef: {definition}")
    return str(definition.inputs["inputs"].name)


def _read_values(
    definition: meta_graph_pb2.SignatureDef, outputs: Outputs, examples: int
) -> Values:
    array = outputs[definition.outputs["outputs"].name]
    if array.ndim != 1 and array.shape[1:] != (1,):
        raise BadInput(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
            f"{list(array.shape)}"
        )
    if len(array) != examples:
        raise BadInput(
            f"Input batch size did not match output batch size: {examples} vs. {len(array)}"
        )
    if array.dtype != np.float32:
        raise BadInput(f"Expected output Tensor of DT_FLOAT.  Got: {array.dtype.name}")
    return [float(value) for value in array.ravel()]
