"""One version of a model in memory: a SavedModel and its signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from serving.server.request_errors import BadInput, ModelFailed

Arrays = dict[str, np.ndarray]

DEFAULT_SIGNATURE = "serving_default"


class Servable:
    """A SavedModel that is loaded. Raises whatever TensorFlow raises for a broken one."""

    def __init__(self, folder: Path) -> None:
        self._loaded = tf.saved_model.load(str(folder))
        self.signature_defs = _read_signature_defs(folder)

    def signature(self, name: str) -> Signature:
        """Raises BadInput, with the names there are, for a name that is not among them."""
        functions = self._loaded.signatures
        if name not in functions:
            raise BadInput(
                f'Serving signature name: "{name}" not found in signature def: '
                f"use one of {sorted(functions)}."
            )
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
        """All outputs, or `only` those named. Raises BadInput and ModelFailed."""
        self._check_names(inputs)
        tensors = {
            name: _to_tensor(name, array, self.inputs[name])
            for name, array in {**self._defaults, **inputs}.items()
        }
        try:
            outputs = self._function(**tensors)
        except tf.errors.InvalidArgumentError as error:
            raise BadInput(_gist(error)) from error
        except tf.errors.OpError as error:
            raise ModelFailed(_gist(error)) from error
        return {name: outputs[name].numpy() for name in _choose(only, sorted(outputs))}

    def _check_names(self, inputs: Mapping[str, np.ndarray]) -> None:
        unknown = sorted(set(inputs) - set(self.inputs))
        missing = sorted(set(self.required) - set(inputs))
        if unknown or missing:
            raise BadInput(
                f"The signature takes the inputs {sorted(self.inputs)}: "
                f"unknown are {unknown}, missing are {missing}."
            )


def _to_tensor(name: str, array: np.ndarray, spec: tf.TensorSpec) -> tf.Tensor:
    dtype = tf.as_dtype(array.dtype)
    if dtype != spec.dtype:
        raise BadInput(f"Input {name!r} is {dtype.name}: the model takes {spec.dtype.name}.")
    if not spec.shape.is_compatible_with(array.shape):
        shape = list(array.shape)
        raise BadInput(f"Input {name!r} has shape {shape}: the model takes {spec.shape}.")
    return tf.convert_to_tensor(array, spec.dtype)


def _choose(only: Iterable[str], names: list[str]) -> list[str]:
    chosen = list(only) or names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        raise BadInput(f"No output {unknown}: the signature returns {names}.")
    return chosen


def _gist(error: tf.errors.OpError) -> str:
    """The sentence about the cause, without the graph's nodes around it."""
    lines = error.message.split("\n\t [[")[0].strip().splitlines()
    return lines[-1] if lines else type(error).__name__


def _read_signature_defs(folder: Path) -> dict[str, meta_graph_pb2.SignatureDef]:
    encoded = (folder / "saved_model.pb").read_bytes()
    saved_model = saved_model_pb2.SavedModel.FromString(encoded)
    graphs = [graph for graph in saved_model.meta_graphs if "serve" in graph.meta_info_def.tags]
    return dict(graphs[0].signature_def)
