"""Records: what goes into a tf.Example and comes out of it."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from trainer.data import records


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        pytest.param("rose", "bytes_list", [b"rose"], id="text"),
        pytest.param("größe", "bytes_list", ["größe".encode()], id="text-in-utf-8"),
        pytest.param(b"\xff\0", "bytes_list", [b"\xff\0"], id="bytes"),
        pytest.param(7, "int64_list", [7], id="int"),
        pytest.param(True, "int64_list", [1], id="bool"),
        pytest.param(0.5, "float_list", [0.5], id="float"),
        pytest.param([1, 2], "int64_list", [1, 2], id="list"),
        pytest.param((0.5, 0.25), "float_list", [0.5, 0.25], id="tuple"),
    ],
)
def test_a_field_keeps_its_value(value, kind, kept):
    feature = records.to_example({"field": value}).features.feature["field"]

    assert feature.WhichOneof("kind") == kind
    assert list(getattr(feature, kind).value) == kept


@pytest.mark.parametrize("value", [None, {"a": 1}, [1, "a"], [None]], ids=repr)
def test_a_value_of_another_type_is_refused_by_the_fields_name(value):
    with pytest.raises(TypeError, match="'image/height'"):
        records.to_example({records.HEIGHT: value})


def test_a_record_is_read_as_it_was_written():
    image = tiny.pixels(5, 7)
    serialized = tiny.example(image, "red")
    fields = tf.io.parse_single_example(serialized, records.CLASS_FEATURES)

    assert fields[records.LABEL_TEXT].numpy() == b"red"
    assert (fields[records.HEIGHT], fields[records.WIDTH]) == (5, 7)
    np.testing.assert_array_equal(tf.io.decode_png(fields[records.ENCODED]), image)
