"""The client library: connect(), Client over gRPC or REST, typed answers and errors.

Imports TensorFlow only for gRPC, and never serving.server.
"""

from serving.client.answers import Outputs, Prediction, Segmentation
from serving.client.base import Client, VersionStatus
from serving.client.connection import connect
from serving.client.errors import (
    ClassCountMismatch,
    InvalidOutput,
    MissingOutput,
    NotAnImage,
    NotTFServing,
    RequestRejected,
    RowCountMismatch,
    ServerFailed,
    ServerNotReady,
    ServerUnavailable,
    ServingError,
    UnusableProxy,
)

__all__ = [
    "ClassCountMismatch",
    "Client",
    "InvalidOutput",
    "MissingOutput",
    "NotAnImage",
    "NotTFServing",
    "Outputs",
    "Prediction",
    "RequestRejected",
    "RowCountMismatch",
    "Segmentation",
    "ServerFailed",
    "ServerNotReady",
    "ServerUnavailable",
    "ServingError",
    "UnusableProxy",
    "VersionStatus",
    "connect",
]
