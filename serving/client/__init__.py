"""The client library: connect(), Client over gRPC or REST, typed answers and errors.

Imports no TensorFlow until a gRPC client is made; nothing of serving.server.
"""

from serving.client.answers import Outputs, Prediction, Segmentation
from serving.client.base import Client, VersionState
from serving.client.connection import connect
from serving.client.errors import NotAnImage, RequestRejected, ServerUnavailable, ServingError

__all__ = [
    "Client",
    "NotAnImage",
    "Outputs",
    "Prediction",
    "RequestRejected",
    "Segmentation",
    "ServerUnavailable",
    "ServingError",
    "VersionState",
    "connect",
]
