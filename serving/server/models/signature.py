"""One signature of a SavedModel: named arrays in, named arrays out.

The checks and their texts are TF Serving's (predict_util.cc, tensorflow/cc/saved_model/util.cc).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from serving.server.request_errors import BadInput

Arrays = dict[str, np.ndarray]
Run = Callable[[Arrays, Iterable[str]], list[np.ndarray]]

DEFAULT_SIGNATURE = "serving_default"


class Signature:
    """Runs the tensors that a SignatureDef names."""

    def __init__(self, name: str, definition: meta_graph_pb2.SignatureDef, run: Run) -> None:
        self.name = name
        self.definition = definition
        self._run = run

    @property
    def inputs(self) -> dict[str, tf.TensorSpec]:
        """The type and shape of each input, as the model declares them."""
        return {name: _read_spec(info) for name, info in self.definition.inputs.items()}

    @property
    def required(self) -> list[str]:
        """The inputs that have no default."""
        return sorted(set(self.definition.inputs) - set(self.definition.defaults))

    def __call__(self, inputs: Mapping[str, np.ndarray], only: Iterable[str] = ()) -> Arrays:
        """All outputs, or `only` the named ones. Raises RequestError."""
        self._check_inputs(inputs)
        outputs = self._choose(list(only))
        feeds = {info.name: self._find(a, inputs) for a, info in self.definition.inputs.items()}
        fetched = self._run(feeds, (self.definition.outputs[alias].name for alias in outputs))
        return dict(zip(outputs, fetched, strict=True))

    def _check_inputs(self, inputs: Iterable[str]) -> None:
        """An input too many, or too few in a model without defaults, is a wrong number of them."""
        sent, wanted = set(inputs), set(self.definition.inputs)
        if len(sent) > len(wanted) or (len(sent) < len(wanted) and not self.definition.defaults):
            raise BadInput(
                f"input size does not match signature: {len(sent)}!={len(wanted)} "
                f"len({_list(sent)}) != len({_list(wanted)}). Sent extra: {_list(sent - wanted)}. "
                f"Missing but required: {_list(wanted - sent)}."
            )
        for alias in self.required:
            if alias not in sent:
                raise BadInput(self._describe_missing(alias, sent))
        if not sent <= wanted:
            raise BadInput(
                f"Inputs contains invalid name. Used request inputs: {_join(sent & wanted)}, "
                f"request input: {_join(sent)}"
            )

    def _describe_missing(self, alias: str, sent: Iterable[str]) -> str:
        return (
            f"Signature input alias: {alias}(feed name: {self.definition.inputs[alias].name}) not "
            "found in request and no default value provided. Inputs expected to be in the request "
            f"{_list(sent)}, or default input alias set: {_join(self.definition.defaults)}"
        )

    def _find(self, alias: str, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        if alias in inputs:
            return inputs[alias]
        default: np.ndarray = tf.make_ndarray(self.definition.defaults[alias])
        return default

    def _choose(self, only: list[str]) -> list[str]:
        for number, alias in enumerate(only):
            if alias not in self.definition.outputs:
                raise BadInput(
                    f"output tensor alias not found in signature: {alias} Outputs expected to be "
                    f"in the set {_list(self.definition.outputs)}."
                )
            if alias in only[:number]:
                raise BadInput(f"duplicate output tensor alias: {alias}")
        return only or sorted(self.definition.outputs)


def _read_spec(info: Any) -> tf.TensorSpec:
    return tf.TensorSpec(tf.TensorShape(info.tensor_shape), tf.as_dtype(info.dtype))


def _list(names: Iterable[str]) -> str:
    return "{" + _join(names) + "}"


def _join(names: Iterable[str]) -> str:
    return ",".join(sorted(names))
