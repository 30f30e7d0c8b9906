"""The local server: TF Serving's gRPC and REST interfaces over a serving folder."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import grpc

from serving import addresses
from serving.server import grpc_server, memory_budget
from serving.server.handlers import Handlers
from serving.server.model_versions import Listener, VersionStatus
from serving.server.rest.limits import Limits
from serving.server.rest.rest_app import RestApp
from serving.server.rest.rest_server import RestServer
from serving.server.servables import Servables

STOP_SECONDS = 5.0  # Time for requests in flight to finish after the end.


class PortTakenError(OSError):
    """The server cannot listen on a port."""

    def __init__(self, protocol: str, host: str, port: int) -> None:
        super().__init__(
            f"Cannot listen on port {port} of {host} for {protocol}: the port is in use or not "
            "allowed. Choose another port, or 0 for any free one."
        )
        self.protocol = protocol
        self.port = port


class Server:
    """Serves each model below `root` (or `root` itself, if it is a model's folder) inside `with`.

    Port 0 takes a free port; inside `with`, `grpc_port` and `rest_port` are the actual ports.
    Entering raises PortTakenError. Models load in the background: see `wait_until_available`.
    """

    def __init__(
        self,
        root: str | Path,
        *,
        grpc_port: int = 8500,
        rest_port: int = 8501,
        host: str = "127.0.0.1",
        poll_seconds: float = 2.0,
        listener: Listener | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.grpc_port = grpc_port
        self.rest_port = rest_port
        self.host = host
        self._servables = Servables(Path(root), poll_seconds=poll_seconds, listener=listener)
        self._limits = limits or Limits()
        self._stack = ExitStack()

    def __enter__(self) -> Server:
        with ExitStack() as stack:  # If one part fails to start, those already started stop.
            memory_budget.find_total()  # A bad setting stops the start, not the first request.
            handlers = Handlers(self._servables)
            self._start_grpc(handlers, stack)
            self._start_rest(handlers, stack)
            self._servables.start()
            stack.callback(self._servables.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def wait_until_available(self, model: str, *, timeout: float = 60.0) -> VersionStatus:
        """The status of the version that answers. Raises ModelNotReady with the reason."""
        return self._servables.wait_until_available(model, timeout=timeout)

    def _start_grpc(self, handlers: Handlers, stack: ExitStack) -> None:
        server = grpc_server.create(handlers)
        self.grpc_port = _add_port(server, self.host, self.grpc_port)
        server.start()
        stack.callback(lambda: server.stop(STOP_SECONDS).wait())

    def _start_rest(self, handlers: Handlers, stack: ExitStack) -> None:
        listener = stack.enter_context(_listen(self.host, self.rest_port))
        self.rest_port = listener.getsockname()[1]
        server = RestServer(RestApp(handlers, self._limits), listener, self._limits)
        server.start()
        stack.callback(server.stop)


def _add_port(server: grpc.Server, host: str, port: int) -> int:
    try:
        bound = server.add_insecure_port(addresses.join(host, port))
    except RuntimeError as error:
        raise PortTakenError("gRPC", host, port) from error
    if not bound:  # grpcio before 1.60 returns 0.
        raise PortTakenError("gRPC", host, port)
    return int(bound)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise PortTakenError("REST", host, port) from error
