"""One HTTP connection of uvicorn, bounded: a client cannot keep it by being slow."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from serving.server.rest.limits import Limits

log = logging.getLogger(__name__)


def create_protocol(limits: Limits) -> type[H11Protocol]:
    """The class of connections with these limits: uvicorn makes its objects."""

    class Connection(_BoundedConnection):
        bounds = limits

    return Connection


class _BoundedConnection(H11Protocol):
    """Ends a connection that waits too long for a request's headers, or for its reader."""

    bounds: Limits
    _header_timer: asyncio.TimerHandle | None = None
    _reader_timer: asyncio.TimerHandle | None = None
    _ends = False  # The client sends no more.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.bounds.connections:
            log.warning("Refused a connection: %d are open.", self.bounds.connections)
            transport.abort()
        self._await_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await_request()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keeps a half-closed connection open until its request is answered, if it is complete."""
        self._ends = True
        return bool(self.cycle and not self.cycle.response_complete and not self.cycle.more_body)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._ends:
            self.transport.close()
        elif self.conn.their_state is h11.SEND_BODY:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._header_timer, self._reader_timer):
            if timer:
                timer.cancel()

    def pause_writing(self) -> None:
        super().pause_writing()
        if not self._reader_timer:
            self._reader_timer = self.loop.call_later(
                self.bounds.download_seconds, self._abandon_reader
            )

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reader_timer:
            self._reader_timer.cancel()
            self._reader_timer = None

    def send_400_response(self, msg: str) -> None:
        """Answers what is not HTTP in TF Serving's form of errors."""
        if self.cycle:  # The body of its request is broken: it gets no other answer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        content = json.dumps({"error": f"Malformed request: {msg}"}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"connection", b"close"),
        ]
        response = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        events: list[Any] = [response, h11.Data(data=content), h11.EndOfMessage()]
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.close()

    def _await_request(self) -> None:
        """Starts the time for headers, or ends it when a request is there.

        After an answer that came before the end of the body, what is left of the body counts as
        headers of the next request.
        """
        waiting = self.cycle is None or self.cycle.response_complete
        if waiting and not self._header_timer:
            self._header_timer = self.loop.call_later(self.bounds.header_seconds, self._abort)
        elif not waiting and self._header_timer:
            self._header_timer.cancel()
            self._header_timer = None

    def _abandon_reader(self) -> None:
        seconds = self.bounds.download_seconds
        log.warning("Ended a connection: its client did not read the answer within %g s.", seconds)
        self._abort()

    def _abort(self) -> None:
        self.transport.abort()
