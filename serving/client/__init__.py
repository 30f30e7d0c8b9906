"""The client library: connect(), Client and AsyncClient over gRPC or REST, typed answers, errors.

Imports neither TensorFlow nor serving.server. The libraries of gRPC, HTTP and images are imported
when they are used, so that importing this takes a fraction of a second.
"""

from serving.client.answers import (
    Box,
    Localization,
    Outputs,
    Prediction,
    Segmentation,
    VersionStatus,
)
from serving.client.async_client import AsyncClient
from serving.client.client import Client
from serving.client.connection import connect, connect_async
from serving.client.errors import (
    ClassCountMismatch,
    DeadlineExceeded,
    InvalidOutput,
    MissingOutput,
    MissingSignature,
    NotAnImage,
    NotTFServing,
    RequestRejected,
    RowCountMismatch,
    ServerFailed,
    ServerNotReady,
    ServerUnavailable,
    ServerUnreachable,
    ServingError,
    UnusableCertificate,
    UnusableProxy,
)
from serving.client.heat import HeatMaps
from serving.client.request_log import RequestLog
from serving.client.tls import TLS

__all__ = [
    "TLS",
    "AsyncClient",
    "Box",
    "ClassCountMismatch",
    "Client",
    "DeadlineExceeded",
    "HeatMaps",
    "InvalidOutput",
    "Localization",
    "MissingOutput",
    "MissingSignature",
    "NotAnImage",
    "NotTFServing",
    "Outputs",
    "Prediction",
    "RequestLog",
    "RequestRejected",
    "RowCountMismatch",
    "Segmentation",
    "ServerFailed",
    "ServerNotReady",
    "ServerUnavailable",
    "ServerUnreachable",
    "ServingError",
    "UnusableCertificate",
    "UnusableProxy",
    "VersionStatus",
    "connect",
    "connect_async",
]
