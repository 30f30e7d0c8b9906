"""One version of a model in memory: a SavedModel and its signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from serving.server.request_errors import (
    BadInput,
    InvalidTensor,
    MissingInput,
    ModelFailed,
    UnknownName,
)

Arrays = dict[str, np.ndarray]

DEFAULT_SIGNATURE = "serving_default"


class Servable:
    """A loaded SavedModel. Raises TensorFlow's own errors if it cannot be loaded."""

    def __init__(self, folder: Path) -> None:
        self._loaded = tf.saved_model.load(str(folder))
        self.signature_defs = _read_signature_defs(folder)

    def find_signature(self, name: str) -> Signature:
        """The signature of this name. Raises UnknownName that lists those of the model."""
        functions = self._loaded.signatures
        if name not in functions:
            text = (  # The first half is TF Serving's.
                f'Serving signature name: "{name}" not found in signature def: '
                f"use one of {sorted(functions)}."
            )
            raise UnknownName(text, [name])
        return Signature(functions[name], self.signature_defs[name])


class Signature:
    """One function of a SavedModel: named arrays in, named arrays out."""

    def __init__(self, function: Any, definition: meta_graph_pb2.SignatureDef) -> None:
        self._function = function
        self._defaults = {k: tf.make_ndarray(v) for k, v in definition.defaults.items()}
        self.inputs: dict[str, tf.TensorSpec] = function.structured_input_signature[1]

    @property
    def required(self) -> list[str]:
        """The inputs that have no default."""
        return sorted(set(self.inputs) - set(self._defaults))

    def __call__(self, inputs: Mapping[str, np.ndarray], only: Iterable[str] = ()) -> Arrays:
        """All outputs, or `only` the named ones. Raises BadInput or ModelFailed."""
        check_known(inputs, self.inputs)
        self._check_complete(inputs)
        tensors = {
            name: _to_tensor(name, array, self.inputs[name])
            for name, array in {**self._defaults, **inputs}.items()
        }
        try:
            outputs = self._function(**tensors)
        except tf.errors.InvalidArgumentError as error:
            raise BadInput(_extract_cause(error)) from error
        except tf.errors.OpError as error:
            raise ModelFailed(_extract_cause(error)) from error
        return {name: outputs[name].numpy() for name in _choose(only, sorted(outputs))}

    def _check_complete(self, names: Iterable[str]) -> None:
        missing = sorted(set(self.required) - set(names))
        if missing:
            raise MissingInput(missing)


def check_known(names: Iterable[str], inputs: Iterable[str]) -> None:
    """Raises UnknownName for names that are not among the signature's inputs."""
    unknown = sorted(set(names) - set(inputs))
    if unknown:
        raise UnknownName(f"Unknown inputs {unknown}: use {sorted(inputs)}.", unknown)


def _to_tensor(name: str, array: np.ndarray, spec: tf.TensorSpec) -> tf.Tensor:
    dtype = tf.as_dtype(array.dtype)
    if dtype != spec.dtype:
        raise InvalidTensor(name, f"is {dtype.name}: send {spec.dtype.name}")
    if not spec.shape.is_compatible_with(array.shape):
        raise InvalidTensor(name, f"has shape {list(array.shape)}: send {spec.shape}")
    return tf.convert_to_tensor(array, spec.dtype)


def _choose(only: Iterable[str], names: list[str]) -> list[str]:
    chosen = list(only) or names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        raise UnknownName(f"Unknown outputs {unknown}: use {names}.", unknown)
    return chosen


def _extract_cause(error: tf.errors.OpError) -> str:
    """The last line of TensorFlow's message, without the list of the graph's nodes."""
    lines = error.message.split("\n\t [[")[0].strip().splitlines()
    return lines[-1] if lines else type(error).__name__


def _read_signature_defs(folder: Path) -> dict[str, meta_graph_pb2.SignatureDef]:
    encoded = (folder / "saved_model.pb").read_bytes()
    saved_model = saved_model_pb2.SavedModel.FromString(encoded)
    graphs = [graph for graph in saved_model.meta_graphs if "serve" in graph.meta_info_def.tags]
    return dict(graphs[0].signature_def)
