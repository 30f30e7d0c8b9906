"""Files of one hour: complete when they have their names, and bounded."""

import pytest

from serving.request_log.hourly_files import HourlyFiles
from serving.request_log.tf_records import frame

FRAME = len(frame(b"1234"))
HOURS = [3600 * 500_000, 3600 * 500_001]  # 2027-01-15 08:00 and 09:00 UTC.


@pytest.fixture
def files(tmp_path):
    return HourlyFiles(tmp_path / "new" / "log", max_bytes=3 * FRAME)


def published(folder):
    return sorted((folder / "new").glob("log-*.tfrecord"))


def test_a_file_is_published_when_its_hour_is_over(files, tmp_path):
    files.write(b"1234", now=HOURS[0])
    files.write(b"5678", now=HOURS[0] + 3599)
    assert published(tmp_path) == []

    files.write(b"9999", now=HOURS[1])

    (file,) = published(tmp_path)
    assert file.name.startswith("log-20270115T08-")
    assert file.read_bytes() == frame(b"1234") + frame(b"5678")


def test_what_was_written_is_published_at_the_end(files, tmp_path):
    for record in (b"1234", b"5678"):
        files.write(record, now=HOURS[0])
        files.close()
    files.close()

    assert sorted(file.read_bytes() for file in published(tmp_path)) == [
        frame(b"1234"),
        frame(b"5678"),
    ]
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_an_hour_has_a_limit_and_the_rest_is_counted(files, tmp_path):
    kept = [files.write(b"1234", now=HOURS[0]) for _ in range(5)]
    files.close()
    kept += [files.write(b"1234", now=now) for now in HOURS]
    files.close()

    assert kept == [True, True, True, False, False, False, True]
    assert files.dropped == 3
    assert [file.stat().st_size for file in published(tmp_path)] == [3 * FRAME, FRAME]
