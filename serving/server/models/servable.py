"""One version of a model in memory: a SavedModel in a session, as TF Serving runs it.

One way for all kinds of SavedModels (Keras, tf.saved_model.save, TF1): the graph, not the shapes
and names of Python functions, decides what a request may contain.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from grpc import StatusCode
from tensorflow.core.protobuf import config_pb2
from tensorflow.python.saved_model.loader_impl import SavedModelLoader

from serving.server.models.signature import DEFAULT_SIGNATURE, Arrays, Signature
from serving.server.request_errors import RequestError

TAGS = ("serve",)
CALLABLES = 64  # Combinations of inputs and outputs that stay prepared.

# TensorFlow's codes are gRPC's.
CODES = {code.value[0]: code for code in StatusCode}


class Servable:
    """A loaded SavedModel. Raises TensorFlow's own errors if it cannot be loaded."""

    def __init__(self, folder: Path, tags: Iterable[str] = TAGS) -> None:
        graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=graph)
        with graph.as_default():
            loaded = SavedModelLoader(str(folder)).load(self._session, list(tags))
        self.signature_defs = dict(loaded.signature_def)
        self._prepare = lru_cache(CALLABLES)(self._make_callable)

    def find_signature(self, name: str = "") -> Signature:
        """The signature of this name, by default serving_default. Raises RequestError."""
        name = name or DEFAULT_SIGNATURE
        if name not in self.signature_defs:
            text = f'Serving signature key "{name}" not found.'
            raise RequestError(StatusCode.FAILED_PRECONDITION, text)
        return Signature(name, self.signature_defs[name], self.run)

    def run(self, feeds: Arrays, fetches: Iterable[str]) -> list[np.ndarray]:
        """The values of tensors, by their names in the graph. Raises RequestError."""
        names = tuple(feeds)
        try:
            return self._prepare(names, tuple(fetches))(*(feeds[name] for name in names))
        except tf.errors.OpError as error:
            code = CODES.get(error.error_code, StatusCode.UNKNOWN)
            raise RequestError(code, error.message) from error
        except UnicodeDecodeError as error:  # TensorFlow's text contains bytes of the request.
            text = bytes(error.object).decode("utf-8", "replace")
            raise RequestError(StatusCode.INVALID_ARGUMENT, text) from error

    def close(self) -> None:
        """Frees the memory. No request may be running."""
        self._prepare.cache_clear()
        self._session.close()

    def _make_callable(self, feeds: tuple[str, ...], fetches: tuple[str, ...]) -> Any:
        # Session.make_callable would refuse shapes that the graph accepts, and is slower.
        options = config_pb2.CallableOptions(feed=feeds, fetch=fetches)
        return self._session._make_callable_from_options(options)
