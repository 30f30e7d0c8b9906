"""What a worker lists of a folder, and what it reads."""

import apache_beam as beam
import pytest

from pipeline.bulk.listing import COUNTS, ListWork, NotSharedError, Work, read_files
from serving.prediction import image_files
from serving.prediction.image_files import TooLargeError
from tests.fakes.image_files import jpeg, put


def test_images_are_grouped_records_stand_alone_and_others_are_counted(tmp_path):
    names = {"a/x.jpg": b"", "b/plain": jpeg(), "b/film": b"", "data_tfrecord-0": b"", ".y": b""}
    place = str(put(tmp_path / "in", names))

    listed = list(ListWork().process(place))

    counts = [each for each in listed if isinstance(each, beam.pvalue.TaggedOutput)]
    files = {file for each in listed if isinstance(each, Work) for file in each.files}
    assert [each.records for each in listed if isinstance(each, Work) and each.records] == [
        f"{place}/data_tfrecord-0"
    ]
    assert files == {("a/x.jpg", f"{place}/a/x.jpg"), ("b/plain", f"{place}/b/plain")}
    assert {each.tag for each in counts} == {COUNTS}
    assert dict(each.value for each in counts) == {
        "left_out:hidden_file": 1,
        "left_out:not_an_image": 1,
    }


def test_a_worker_that_does_not_see_the_files_ends_the_job(tmp_path):
    with pytest.raises(NotSharedError, match="all workers share"):
        list(ListWork().process(str(tmp_path / "on_another_disk")))


def test_what_cannot_be_read_is_the_error_of_its_file(tmp_path, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_BYTES", 9)
    place = put(tmp_path, {"small.jpg": b"123", "large.jpg": b"1234567890"})
    files = [(name, str(place / name)) for name in ("small.jpg", "large.jpg", "none.jpg")]

    small, large, missing = (found for _, _, found in read_files(files))

    assert small == b"123"
    assert isinstance(large, TooLargeError)
    assert isinstance(missing, OSError)
