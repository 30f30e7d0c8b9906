"""The server as a whole: loads the models, then opens the ports of both protocols."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server import grpc_server, memory_budget
from serving.server.batching.batcher import Batcher, Batching, Unbatched
from serving.server.batching.parameters import BatchingParameters
from serving.server.handlers import Handlers
from serving.server.logs.request_log import RequestLogs
from serving.server.models import config
from serving.server.models.model_versions import Listener, LoadOptions, VersionStatus
from serving.server.models.servables import Servables
from serving.server.models.watcher import Intervals, Watcher
from serving.server.protocols import grpc_ports, ports
from serving.server.protocols.grpc_ports import GrpcOptions
from serving.server.rest.rest_app import Pages, RestOptions
from serving.server.rest.rest_server import RestServer

STOP_SECONDS = 5.0  # Time for requests in flight to finish after the end.
RETRY_SECONDS = 10.0  # Before a failed version is tried again: a copy may still be under way.

Self = TypeVar("Self", bound="ModelServer")


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Port 0 is any free one, and None means no port.

    With `all_must_load`, a model that does not load ends the start, as in TF Serving; otherwise
    the ports open when each model answers or has failed once.
    """

    grpc: GrpcOptions = field(default_factory=GrpcOptions)
    rest_port: int | None = 8501
    rest: RestOptions = field(default_factory=RestOptions)
    batching: BatchingParameters | None = None  # None: each request runs alone.
    load: LoadOptions = field(default_factory=LoadOptions)
    intervals: Intervals = field(default_factory=Intervals)
    any_label: bool = False
    all_must_load: bool = True


class ModelServer:
    """Serves the models of a configuration inside `with`.

    Inside `with`, `grpc_port` and `rest_port` are the actual ports. Entering raises PortTakenError,
    ConfigError, or RequestError if the models cannot be served.
    """

    def __init__(
        self,
        read_config: Callable[[], ModelServerConfig],
        options: ServerOptions,
        listener: Listener | None = None,
    ) -> None:
        self.host = options.grpc.host
        self.grpc_port = options.grpc.port or 0  # 0: any, and inside `with`, none.
        self.rest_port = options.rest_port or 0
        self._options = options
        self._logs = RequestLogs()
        self._servables = Servables(
            options.load, any_label=options.any_label, listener=listener, followers=[self._logs]
        )
        self._watcher = Watcher(self._servables, read_config, options.intervals)
        self._stack = ExitStack()

    def __enter__(self: Self) -> Self:
        with ExitStack() as stack:  # If one part fails to start, those already started stop.
            memory_budget.find_total()  # A bad setting stops the start, not the first request.
            self._check_ports()
            stack.callback(self._logs.stop)
            self._watcher.start()
            stack.callback(self._watcher.stop)
            self._wait_for_models()
            handlers = Handlers(self._servables, self._start_batcher(stack), self._logs)
            self._start_grpc(handlers, stack)
            self._start_rest(handlers, stack)
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

    def _check_ports(self) -> None:
        for protocol, port in (("gRPC", self.grpc_port), ("REST", self.rest_port)):
            if port:
                ports.check_free(protocol, self.host, port)

    def _wait_for_models(self) -> None:
        if self._options.all_must_load:
            self._servables.wait_until_all_answer()
        else:
            self._servables.wait_until_tried()

    def _start_batcher(self, stack: ExitStack) -> Batcher:
        batching = self._options.batching
        batcher = Batching(batching) if batching else Unbatched()
        stack.callback(batcher.stop)
        return batcher

    def _start_grpc(self, handlers: Handlers, stack: ExitStack) -> None:
        server = grpc_server.create(handlers, self._options.grpc)
        self.grpc_port = grpc_ports.listen(server, self._options.grpc)
        server.start()
        stack.callback(lambda: server.stop(STOP_SECONDS).wait())

    def _start_rest(self, handlers: Handlers, stack: ExitStack) -> None:
        if self._options.rest_port is None:
            return
        listener = stack.enter_context(ports.listen("REST", self.host, self.rest_port))
        self.rest_port = listener.getsockname()[1]
        server = RestServer(handlers, listener, self._options.rest)
        server.start()
        stack.callback(server.stop)


class Server(ModelServer):
    """Serves each model below `root` (or `root` itself, if it is a model's folder) inside `with`.

    Models that appear later are served too. A version that fails to load is tried again. `pages`
    answer on the REST port.
    """

    def __init__(
        self,
        root: str | Path,
        *,
        grpc_port: int = 8500,
        rest_port: int = 8501,
        host: str = "127.0.0.1",
        poll_seconds: float = 2.0,
        retries: int = 5,
        listener: Listener | None = None,
        pages: Pages | None = None,
    ) -> None:
        options = ServerOptions(
            grpc=GrpcOptions(host=host, port=grpc_port),
            rest_port=rest_port,
            rest=RestOptions(pages=pages or {}),
            load=LoadOptions(retries=retries, retry_seconds=RETRY_SECONDS),
            intervals=Intervals(config=poll_seconds, folders=poll_seconds),
            all_must_load=False,
        )
        super().__init__(lambda: config.find_all(Path(root)), options, listener)
