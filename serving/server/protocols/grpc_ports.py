"""A gRPC server with TF Serving's options: ports, UNIX socket, TLS, channel arguments, limits."""

from __future__ import annotations

from concurrent import futures
from dataclasses import dataclass

import grpc

from serving import addresses
from serving.server import text_protos
from serving.server.config_messages import find_message
from serving.server.grpc_metrics import CountRequests
from serving.server.protocols.ports import PortTakenError

MOST_MESSAGE_BYTES = 2**31 - 1  # As in TF Serving: a protobuf message cannot be larger.
MOST_WAITING = 1000  # Requests at a time, answered or waiting for a thread.
ARGUMENTS = (
    ("grpc.max_send_message_length", MOST_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MOST_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),  # By default, two servers can share a port and its requests.
)

Argument = tuple[str, int | str]


@dataclass(frozen=True, kw_only=True)
class GrpcOptions:
    """Port 0 is any free one, and None means no port."""

    host: str = "127.0.0.1"
    port: int | None = 8500
    socket_path: str = ""
    ssl_config_file: str = ""
    arguments: tuple[Argument, ...] = ()
    threads: int = 16
    as_content: bool = False  # Outputs as tensor_content: smaller and faster, but not float_val.


def create(options: GrpcOptions) -> grpc.Server:
    """A server without services and ports, which is not started."""
    pool = futures.ThreadPoolExecutor(options.threads, "grpc")
    return grpc.server(
        pool,
        interceptors=[CountRequests()],
        options=[*ARGUMENTS, *options.arguments],
        maximum_concurrent_rpcs=MOST_WAITING,
    )


def listen(server: grpc.Server, options: GrpcOptions) -> int:
    """Opens the port and the socket; returns the port, or 0.

    Raises PortTakenError or ConfigError.
    """
    credentials = read_credentials(options.ssl_config_file) if options.ssl_config_file else None
    if options.socket_path:
        address = f"unix:{options.socket_path}"
        if not _add(server, address, credentials):
            raise PortTakenError("gRPC", options.socket_path, 0)
    if options.port is None:
        return 0
    port = _add(server, addresses.join(options.host, options.port), credentials)
    if not port:
        raise PortTakenError("gRPC", options.host, options.port)
    return port


def read_arguments(text: str) -> tuple[Argument, ...]:
    """Reads `key=value,...`; whole numbers become integers. Raises ConfigError."""
    arguments: list[Argument] = []
    for pair in filter(None, text.split(",")):
        key, separator, value = pair.partition("=")
        if not (key and separator):
            raise text_protos.ConfigError(
                f"{pair!r} in --grpc_channel_arguments is not KEY=VALUE: write for example "
                "grpc.max_connection_age_ms=2000."
            )
        is_number = value.removeprefix("-").isdecimal()
        arguments.append((key, int(value) if is_number else value))
    return tuple(arguments)


def read_credentials(path: str) -> grpc.ServerCredentials:
    """TLS from an SSLConfig: server_key, server_cert, custom_ca, client_verify (PEM texts)."""
    config = text_protos.read(path, find_message("SSLConfig"))
    return grpc.ssl_server_credentials(
        [(config.server_key.encode(), config.server_cert.encode())],
        root_certificates=config.custom_ca.encode() or None,
        require_client_auth=config.client_verify,
    )


def _add(server: grpc.Server, address: str, credentials: grpc.ServerCredentials | None) -> int:
    """The port that was opened; 0 if it is taken."""
    try:
        if credentials:
            return int(server.add_secure_port(address, credentials))
        return int(server.add_insecure_port(address))
    except RuntimeError:
        return 0
