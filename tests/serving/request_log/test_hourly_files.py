"""Files of one hour: complete when they have their names, and bounded."""

import resource
from datetime import datetime, timedelta, timezone

import pytest

from serving.request_log.hourly_files import HourlyFiles, LogLimits
from serving.request_log.tf_records import frame

FRAME = len(frame(b"1234"))


class Clock:
    def __init__(self):
        self.now = datetime(2027, 1, 15, 8, tzinfo=timezone.utc)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def files(tmp_path, clock):
    limits = LogLimits(file_bytes=2 * FRAME, files=2)
    return HourlyFiles(tmp_path / "new" / "log", limits, clock)


def published(folder):
    return sorted((folder / "new").glob("log-*.tfrecord"))


def test_a_file_is_published_when_its_hour_is_over(files, clock, tmp_path):
    files.write(b"1234")
    clock.now += timedelta(minutes=59)
    files.write(b"5678")
    files.close_if_due()
    assert published(tmp_path) == []

    clock.now += timedelta(minutes=1)
    files.close_if_due()

    (file,) = published(tmp_path)
    assert file.name.startswith("log-20270115T08-")
    assert file.read_bytes() == frame(b"1234") + frame(b"5678")


def test_what_was_written_is_published_at_the_end(files, tmp_path):
    for record in (b"1234", b"5678"):
        files.write(record)
        files.close()
    files.close()

    assert {file.read_bytes() for file in published(tmp_path)} == {frame(b"1234"), frame(b"5678")}
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_a_record_that_does_not_fit_on_the_disk_leaves_no_trace(files, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    files.write(b"1234")
    resource.setrlimit(resource.RLIMIT_FSIZE, (FRAME + 3, before[1]))
    try:
        with pytest.raises(OSError, match="No space"):
            files.write(b"5678")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    files.write(b"9999")
    files.close()

    assert published(tmp_path)[0].read_bytes() == frame(b"1234") + frame(b"9999")


def test_a_full_file_is_followed_by_another_and_a_record_larger_than_a_file_is_refused(
    files, tmp_path
):
    assert [files.write(data) for data in (b"1234", b"5678", bytes(99), b"9999")] == [
        *(True, True, False, True)
    ]
    files.close()

    assert sorted(file.stat().st_size for file in published(tmp_path)) == [FRAME, 2 * FRAME]


def test_the_oldest_files_are_removed_but_not_those_of_another_log(files, clock, tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "log-b-20270115T07-host-1-0.tfrecord").touch()
    (folder / ".log-20270115T07-host-1-0.tfrecord.partial").touch()  # Of a killed process.
    for _ in range(3):
        files.write(b"1234")
        files.close()
        clock.now += timedelta(hours=1)

    hours = sorted(path.name[:15] for path in folder.iterdir())
    assert hours == ["log-20270115T09", "log-20270115T10", "log-b-20270115T"]
