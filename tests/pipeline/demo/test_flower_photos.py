"""Where the photographs of flowers are published."""

import pytest

from pipeline.demo import flower_photos
from pipeline.demo.download import Archive, NoNetwork


def test_the_published_checksum_is_a_sha256():
    assert len(bytes.fromhex(flower_photos.ARCHIVE.sha256)) == 32


def test_photographs_that_are_there_are_not_asked_for(tmp_path):
    (tmp_path / "daisy").mkdir()

    assert flower_photos.fetch(tmp_path) == tmp_path


def test_no_network_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    nowhere = Archive("http://no-such-host.invalid/f.tgz", "0" * 64, "flower_photos")

    with pytest.raises(NoNetwork):
        flower_photos.fetch(tmp_path / "photos", archive=nowhere)
