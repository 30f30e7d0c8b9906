"""A webhook that stores the messages it receives."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(ThreadingHTTPServer):
    """Answers with the given statuses in turn, and with 204 after the last."""

    def __init__(self, secret: str, *statuses: int) -> None:
        self.secret, self.statuses = secret, list(statuses)
        self.messages: list[dict] = []
        self.paths: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{self.secret}"


class _Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append(json.loads(body))
        self.server.paths.append(self.path)
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def receiving(secret: str, *statuses: int) -> Iterator[Receiver]:
    """A running receiver."""
    with Receiver(secret, *statuses) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
