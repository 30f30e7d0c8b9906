"""The two archives of the pets become one folder when both are complete."""

import io
import tarfile

import pytest

from pipeline.demo import photographs
from pipeline.sources.download import Archive, WrongChecksum
from tests.pipeline.sources.test_download import Shelf, serving


def pack(folder):
    """An archive of one file in this folder."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        member = tarfile.TarInfo(f"{folder}/cat.txt")
        member.size = 3
        tar.addfile(member, io.BytesIO(b"cat"))
    return stream.getvalue()


def fetch(folder, *, sha256=None):
    shelves = {name: Shelf(body=pack(name)) for name in ("annotations", "images")}
    with serving(shelves["annotations"]) as first, serving(shelves["images"]) as second:
        urls = dict(zip(shelves, (first, second), strict=True))
        archives = tuple(
            Archive(urls[name], sha256 or shelf.sha256, name) for name, shelf in shelves.items()
        )
        return photographs.fetch_all(folder, archives)


def test_both_archives_are_unpacked_into_one_folder(tmp_path):
    folder = fetch(tmp_path / "pets")

    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert files == ["annotations/cat.txt", "images/cat.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["pets"]


def test_no_folder_appears_before_both_are_complete(tmp_path):
    with pytest.raises(WrongChecksum):
        fetch(tmp_path / "pets", sha256="0" * 64)

    assert not (tmp_path / "pets").exists()


def test_the_published_checksums_are_sha256():
    archives = (photographs.FLOWERS, *photographs.PETS)

    assert [len(bytes.fromhex(archive.sha256)) for archive in archives] == [32, 32, 32]
