"""Starts `python -m serving.server`, and ends it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc

START_SECONDS = 120


class ServerProcess:
    """A server that answers on two ports of this machine."""

    def __init__(self, model: str, folder: Path) -> None:
        self.grpc_port, self.rest_port = find_free_ports(2)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "serving.server"),
                *(f"--port={self.grpc_port}", f"--rest_api_port={self.rest_port}"),
                *(f"--model_name={model}", f"--model_base_path={folder}"),
            ],
            stderr=subprocess.DEVNULL,
        )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(START_SECONDS)


@contextmanager
def start(model: str, folder: Path) -> Iterator[ServerProcess]:
    """A server that has loaded its model."""
    process = ServerProcess(model, folder)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{process.grpc_port}") as channel:
            grpc.channel_ready_future(channel).result(START_SECONDS)
        yield process
    finally:
        process.stop()


def find_free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports
