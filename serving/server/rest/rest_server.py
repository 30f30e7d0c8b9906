"""The REST interface under uvicorn, in a thread of its own."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn

from serving.server.handlers import Handlers
from serving.server.rest.connections import create_protocol
from serving.server.rest.rest_app import RestApp, RestOptions

STOP_SECONDS = 5  # Time for requests in flight to finish after stop().
BACKLOG = 1024


class RestServer:
    """Serves on a socket that is already bound, from start() to stop()."""

    def __init__(self, handlers: Handlers, listener: socket.socket, options: RestOptions) -> None:
        app = self._app = RestApp(handlers, options)
        limits = options.limits
        config = uvicorn.Config(
            app,
            http=create_protocol(limits),
            loop="asyncio",
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            backlog=BACKLOG,
            timeout_keep_alive=int(limits.idle_seconds),
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="rest", daemon=True
        )

    def start(self) -> None:
        """Starts the thread; returns when the server answers."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends the thread after the requests in flight."""
        self._server.should_exit = True
        self._thread.join()
        self._app.stop()
