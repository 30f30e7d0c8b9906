"""The REST server over handlers that need no model, for the tests of its limits."""

from __future__ import annotations

import socket
from contextlib import contextmanager

from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from serving.server.handlers import Answer
from serving.server.rest.limits import Limits
from serving.server.rest.rest_app import RestOptions
from serving.server.rest.rest_server import RestServer

JSON = b'{"instances": [1.0, 2.0]}'


class Doubler:
    """The handlers of a server whose one model doubles numbers, or does what `before` does.

    `deadlines` are those of the requests for predictions.
    """

    def __init__(self, before=lambda: None):
        self.deadlines = []
        self._before = before
        self._definition = meta_graph_pb2.SignatureDef()
        self._definition.inputs["x"].dtype = types_pb2.DT_FLOAT

    def read_signature_defs(self, spec):
        return 1, {"serving_default": self._definition}

    def predict(self, spec, read, *, deadline):
        self.deadlines.append(deadline)
        self._before()
        return Answer(spec, {"y": 2 * read(None)["x"]})

    def classify(self, spec, examples, deadline):
        return Answer(spec, [[(example, 0.5)] for example in examples])

    def regress(self, spec, examples, deadline):
        return Answer(spec, [float(len(example)) for example in examples])


@contextmanager
def served(handlers=None, *, cors=False, metrics_path=None, pages=None, **limits):
    """The port of a REST server with these limits."""
    options = RestOptions(
        limits=Limits(**limits), cors=cors, metrics_path=metrics_path, pages=pages or {}
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RestServer(handlers or Doubler(), listener, options)
        server.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.stop()


@contextmanager
def sent(port, text, *, pause=10.0):
    """A connection on which `text` was sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=pause) as connection:
        connection.sendall(text)
        yield connection


def post(body=JSON, *headers, length=None) -> bytes:
    """A request as it is sent; `length` may promise more than the body has."""
    size = len(body) if length is None else length
    lines = ["POST /v1/models/m:predict HTTP/1.1", "Host: x", f"Content-Length: {size}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_all(connection) -> bytes:
    """What arrives until the server closes the connection."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)
