"""Downloads: complete or not at all, resumed, checked, and unpacked inside their folder."""

from __future__ import annotations

import contextlib
import hashlib
import io
import socket
import tarfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.sources import download
from pipeline.sources.download import Archive

JPEG = bytes(range(256)) * 400
MEMBERS = {"flower_photos/daisy/1.jpg": JPEG, "flower_photos/LICENSE.txt": b"CC BY 2.0"}


def pack(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=0) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


@dataclass
class Shelf:
    """What the server sends: the next answers stop after these numbers of bytes (`breaks`)."""

    body: bytes = field(default_factory=lambda: pack(MEMBERS))
    ranges: bool = True
    statuses: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # Of the answers given.

    @property
    def sha256(self):
        return hashlib.sha256(self.body).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        shelf = self.server.shelf
        wanted = self.headers.get("Range") if shelf.ranges else None
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        shelf.starts.append(start)
        status = shelf.statuses.pop(0) if shelf.statuses else self.choose_status(wanted, start)
        self.send_response(status)
        self.send_header("Content-Length", str(len(shelf.body) - start if status < 300 else 0))
        self.end_headers()
        if status < 300:
            stop = shelf.breaks.pop(0) if shelf.breaks else len(shelf.body)
            self.wfile.write(shelf.body[start : start + stop])

    def choose_status(self, wanted, start):
        if start >= len(self.server.shelf.body):
            return 416
        return 206 if wanted else 200

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(shelf):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.shelf = shelf
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/flower_photos.tgz"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def archive(url, sha256="0" * 64):
    return Archive(url, sha256, "flower_photos")


def fetch(folder, shelf, *, sha256=None):
    with serving(shelf) as url:
        return download.fetch(folder, archive(url, sha256 or shelf.sha256), retry_wait=0.001)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "photos"


def list_siblings(folder):
    return sorted(path.name for path in folder.parent.iterdir())


def test_the_archive_becomes_a_folder_of_class_folders(folder):
    assert fetch(folder, Shelf()) == folder

    assert (folder / "daisy" / "1.jpg").read_bytes() == JPEG
    assert list_siblings(folder) == ["photos"]


def test_a_second_call_downloads_nothing(folder):
    shelf = Shelf()
    fetch(folder, shelf)

    fetch(folder, shelf)

    assert len(shelf.starts) == 1


@pytest.mark.parametrize(
    ("ranges", "starts"),
    [
        pytest.param(True, [0, 5000, 7000], id="resumes-where-it-stopped"),
        pytest.param(False, [0, 0, 0], id="starts-over-without-ranges"),
    ],
)
def test_a_download_that_breaks_off_is_completed(folder, ranges, starts):
    shelf = Shelf(ranges=ranges, breaks=[5000, 2000])

    fetch(folder, shelf)

    assert (folder / "daisy" / "1.jpg").read_bytes() == JPEG
    assert shelf.starts == starts


def test_the_next_call_resumes_where_the_last_one_gave_up(folder):
    shelf = Shelf(breaks=[10] * download.ATTEMPTS)
    with pytest.raises(download.DownloadFailed):
        fetch(folder, shelf)

    fetch(folder, shelf)

    assert shelf.starts[-1] == 10 * download.ATTEMPTS


def test_a_download_that_was_complete_is_not_repeated(folder):
    shelf = Shelf()
    folder.parent.mkdir()
    folder.with_name("photos.tgz.part").write_bytes(shelf.body)

    fetch(folder, shelf)

    assert (folder / "daisy" / "1.jpg").read_bytes() == JPEG


def test_a_busy_server_is_asked_again(folder):
    shelf = Shelf(statuses=[503, 429])

    fetch(folder, shelf)

    assert len(shelf.starts) == 3


def test_a_missing_file_is_not_asked_for_again(folder):
    shelf = Shelf(statuses=[404])

    with pytest.raises(download.DownloadFailed, match="404"):
        fetch(folder, shelf)

    assert len(shelf.starts) == 1


def test_a_wrong_checksum_names_both_sums_and_leaves_nothing(folder):
    shelf = Shelf()

    with pytest.raises(download.WrongChecksum) as raised:
        fetch(folder, shelf, sha256="ab" * 32)

    assert shelf.sha256 in str(raised.value)
    assert "ab" * 32 in str(raised.value)
    assert list_siblings(folder) == []


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({**MEMBERS, "../evil": b"x"}, id="above-the-folder"),
        pytest.param({**MEMBERS, "flower_photos/../../../evil": b"x"}, id="above-it-by-a-detour"),
        pytest.param({"daisy/1.jpg": JPEG}, id="without-the-folder"),
    ],
)
def test_an_archive_that_is_not_one_folder_is_refused(folder, members):
    with pytest.raises(download.BadArchive):
        fetch(folder, Shelf(body=pack(members)))

    assert list_siblings(folder) == []
    assert not list(folder.parent.parent.rglob("evil"))


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1:{port}/", id="refused"),
        pytest.param("http://no-such-host.invalid/", id="no-such-name"),
    ],
)
def test_no_network_is_an_error_at_once(folder, url):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = url.format(port=unused.getsockname()[1])

    with pytest.raises(download.NoNetwork):
        download.fetch(folder, archive(url), answer_within=5)


def test_a_server_that_never_answers_counts_as_no_network(folder):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        began = time.monotonic()

        with pytest.raises(download.NoNetwork):
            download.fetch(folder, archive(url), answer_within=0.2)

    assert time.monotonic() - began < 5
