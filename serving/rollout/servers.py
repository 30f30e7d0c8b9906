"""The servers of a roll-out: what they serve, and waiting until all of them have followed."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

from serving import addresses
from serving.client import ServingError, VersionStatus, connect
from serving.rollout.errors import RolloutError

AVAILABLE, END = "AVAILABLE", "END"
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # Seconds.
Show = Callable[[str], None]


class Servers:
    """All servers that read one model config, asked about one model.

    `wait` looks again and again for at most `seconds`, and shows each change.
    """

    def __init__(self, urls: Sequence[str], model: str, *, show: Show, seconds: float) -> None:
        self._servers = [Server(one, model) for url in urls for one in expand(url)]
        self._model = model
        self._show = show
        self._seconds = seconds

    def __iter__(self) -> Iterator[Server]:
        return iter(self._servers)

    def find_newest(self) -> int:
        """The newest version that all servers can answer with. Raises RolloutError."""
        try:
            common = set.intersection(*(server.list_available() for server in self))
        except ServingError as error:
            raise RolloutError(f"The servers must answer before a roll-out: {error}.") from error
        if not common:
            raise RolloutError(f"No version of {self._model} is AVAILABLE on all servers.")
        return max(common)

    def wait(self, versions: Iterable[int], labels: Mapping[str, int]) -> None:
        """Returns when all servers have loaded the versions, and follow the labels.

        Raises RolloutError if the time is over, or if a version fails to load.
        """
        needed = sorted(set(versions))
        end = time.monotonic() + self._seconds
        for server in self:
            shown, pause = "", FIRST_PAUSE
            while missing := server.find_missing(needed, labels):
                if missing != shown:
                    self._show(f"{server.url}: {missing}")
                    shown = missing
                if time.monotonic() > end:
                    raise RolloutError(
                        f"{server.url}: {missing} after {self._seconds:g} s. Does the server poll "
                        "its model config file (--model_config_file_poll_wait_seconds)?"
                    )
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)


class Server:
    """One of them."""

    def __init__(self, url: str, model: str) -> None:
        self.url = url
        self._model = model
        self._last: dict[int, VersionStatus] | None = None  # At the last look.

    def list_states(self) -> dict[int, VersionStatus]:
        """The states of the versions, by number. Raises ServingError."""
        with connect(self.url, self._model, attempts=1) as client:
            return {status.version: status for status in client.list_versions()}

    def list_available(self) -> set[int]:
        """The versions that can answer. Raises ServingError."""
        states = self.list_states().values()
        return {status.version for status in states if status.state == AVAILABLE}

    def find_missing(self, versions: Iterable[int], labels: Mapping[str, int]) -> str:
        """What is not yet as it should be, in words; empty if nothing is. Raises RolloutError."""
        try:
            states = self.list_states()
        except ServingError as error:
            return f"no answer yet ({error})"
        before, self._last = self._last, states
        for version in versions:
            status = states.get(version)
            if status and status.state == AVAILABLE:
                continue
            if status is None or (status.state == END and not status.error):
                return f"version {version} is not loaded yet"
            if status.state == END and before is not None and before.get(version) != status:
                raise RolloutError(f"{self.url}: version {version} failed: {status.error}")
            return f"version {version} is {status.state} {status.error}".rstrip()
        return self._find_wrong_label(labels)

    def _find_wrong_label(self, labels: Mapping[str, int]) -> str:
        for label, version in labels.items():
            found = self._find_labelled(label)
            if found != version:
                now = "no version" if found is None else f"version {found}"
                return f"label {label} leads to {now}, not yet to version {version}"
        return ""

    def _find_labelled(self, label: str) -> int | None:
        """The version that answers for a label. (The status of a model ignores labels.)"""
        try:
            with connect(self.url, self._model, label=label, attempts=1) as client:
                return client.find_version()
        except ServingError:
            return None


def expand(url: str) -> list[str]:
    """One URL for each IPv4 address of the host if it has several, as a headless service has."""
    parts = urlsplit(url)
    if parts.scheme not in ("grpc", "http") or not parts.hostname or not parts.port:
        return [url]
    try:
        found = socket.getaddrinfo(parts.hostname, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return [url]
    hosts = sorted({str(entry[4][0]) for entry in found})
    if len(hosts) < 2:
        return [url]
    return [urlunsplit(parts._replace(netloc=addresses.join(h, parts.port))) for h in hosts]
