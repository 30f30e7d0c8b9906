"""Downloads published files: resumes after a break, checks the sum, unpacks all or nothing."""

from __future__ import annotations

import hashlib
import queue
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich import progress
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipeline import whole
from serving.client import UnusableProxy
from serving.client.proxies import check_proxies
from serving.terminal import console

ATTEMPTS = 6
COLUMNS = (
    progress.TextColumn("{task.description}"),
    progress.BarColumn(),
    progress.DownloadColumn(),
    progress.TransferSpeedColumn(),
    progress.TimeRemainingColumn(),
)


@dataclass(frozen=True)
class Archive:
    """A published archive."""

    url: str
    sha256: str  # Of the file as it is published.
    top_folder: str  # Contains all its members.


class DownloadError(Exception):
    """The files could not be downloaded."""


class NoNetwork(DownloadError):  # noqa: N818 - named by its cause
    """The server could not be reached at all."""


class DownloadFailed(DownloadError):  # noqa: N818
    """The server answered, but refused the file or kept closing the connection."""


class WrongChecksum(DownloadError):  # noqa: N818
    """What arrived is not the published file."""


class BadArchive(DownloadError):  # noqa: N818
    """The archive cannot be unpacked safely into one folder."""


class _Broken(Exception):  # noqa: N818
    """The download stopped early; the next request may resume it."""


def fetch(
    folder: Path, archive: Archive, *, answer_within: float = 10.0, retry_wait: float = 1.0
) -> Path:
    """Downloads an archive and unpacks it into `folder`, unless that is filled; returns it.

    `answer_within` and `retry_wait` are seconds. A download that breaks off is resumed, in this
    call and in the next. Raises a DownloadError named by its cause.
    """
    if whole.is_filled(folder):
        return folder
    part = folder.with_name(f"{folder.name}.tgz.part")
    _fetch_part(part, archive.url, archive.sha256, answer_within, retry_wait)
    _unpack(part, folder, archive.top_folder)
    part.unlink()
    return folder


def fetch_file(
    file: Path, url: str, sha256: str, *, answer_within: float = 10.0, retry_wait: float = 1.0
) -> Path:
    """Downloads one file as `fetch` downloads an archive, unless it is there; returns it."""
    if not file.exists():
        part = file.with_name(f"{file.name}.part")
        _fetch_part(part, url, sha256, answer_within, retry_wait)
        part.replace(file)
    return file


def _fetch_part(part: Path, url: str, sha256: str, answer_within: float, retry_wait: float) -> None:
    """Downloads what is missing of a file, and checks its sum."""
    part.parent.mkdir(parents=True, exist_ok=True)
    _require_answer(url, answer_within)
    _download(url, part, retry_wait)
    _verify(part, url, sha256)


def _require_answer(url: str, seconds: float) -> None:
    """Raises NoNetwork unless the server answers in time.

    A socket's timeout restarts for each of the host's addresses (there are sixteen) and does not
    cover the name look-up: hence a thread, which is left behind after the timeout.
    """
    outcome: queue.Queue[Exception | None] = queue.Queue()
    threading.Thread(target=_request_head, args=(url, seconds, outcome), daemon=True).start()
    try:
        error = outcome.get(timeout=seconds)
    except queue.Empty:
        error = TimeoutError(f"no answer in {seconds:g} s")
    if error is not None:
        raise NoNetwork(f"{url} cannot be reached ({error}). Check the network.") from error


def _request_head(url: str, seconds: float, outcome: queue.Queue[Exception | None]) -> None:
    try:
        with check_proxies():
            http = httpx.Client(timeout=seconds)
        with http:
            http.head(url)
    except (httpx.HTTPError, UnusableProxy) as error:
        outcome.put(error)
    else:
        outcome.put(None)  # Any status will do here: the download checks it.


def _download(url: str, archive: Path, retry_wait: float) -> None:
    retrying = Retrying(
        retry=retry_if_exception_type(_Broken),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=retry_wait, max=10 * retry_wait),
        reraise=True,
    )
    with progress.Progress(*COLUMNS, console=console) as bar:
        task = bar.add_task(f"Downloading {Path(url).name}", total=None)
        try:
            retrying(_continue, url, archive, bar, task)
        except _Broken as error:
            raise DownloadFailed(
                f"{url} broke off {ATTEMPTS} times ({error}). Run the command again to resume: "
                f"{archive} contains what has arrived."
            ) from error


def _continue(url: str, archive: Path, bar: progress.Progress, task: progress.TaskID) -> None:
    """Downloads the rest of `archive`; all of it if the server does not support ranges."""
    have = archive.stat().st_size if archive.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with httpx.stream("GET", url, headers=headers, timeout=30.0) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # Nothing is left to send; the checksum will show whether that is right.
            _require_body(response)
            start = have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
            total = start + int(response.headers.get("Content-Length", 0))
            bar.update(task, completed=start, total=total if total > start else None)
            with archive.open("ab" if start else "wb") as file:
                for block in response.iter_raw():
                    file.write(block)
                    bar.advance(task, len(block))
    except httpx.TransportError as error:
        raise _Broken(str(error) or type(error).__name__) from error


def _require_body(response: httpx.Response) -> None:
    status = f"{response.status_code} {response.reason_phrase}"
    if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise _Broken(status)
    if not response.is_success:
        raise DownloadFailed(f"{response.url} answered {status}: check the address.")


def _verify(archive: Path, url: str, expected: str) -> None:
    digest = hashlib.sha256()
    for block in _blocks(archive):
        digest.update(block)
    if digest.hexdigest() != expected.lower():
        size = archive.stat().st_size
        archive.unlink()
        raise WrongChecksum(
            f"{url} sent {size:,} bytes with SHA-256 {digest.hexdigest()}, not {expected}. "
            "The file was removed: run the command again to download it again."
        )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _unpack(archive: Path, folder: Path, top_folder: str) -> None:
    """Unpacks under a temporary name first, so that `folder` is complete when it appears."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(temporary, filter="data")
        except tarfile.TarError as error:
            archive.unlink()
            raise BadArchive(f"{archive.name} was refused and removed: {error}") from error
        top = Path(temporary, top_folder)
        if not top.is_dir():
            archive.unlink()
            raise BadArchive(f"{archive.name} does not contain {top_folder!r} and was removed.")
        top.replace(folder)
