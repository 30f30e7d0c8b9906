"""The framing of TFRecords, read by TensorFlow."""

import pytest
import tensorflow as tf

from serving.request_log import tf_records


@pytest.mark.parametrize("records", [[b""], [b"one", bytes(range(256)) * 1000, b""]])
def test_tensorflow_reads_the_records(tmp_path, records):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"".join(map(tf_records.frame, records)))

    assert [*tf.data.TFRecordDataset(str(path)).as_numpy_iterator()] == records
