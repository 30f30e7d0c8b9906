"""Which SavedModel a folder stands for."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import tensorflow as tf

from components.errors import DataError
from pipeline.bulk.models import find_model
from tests.fakes import saved_models


@pytest.mark.parametrize("place", ["colours/9", "colours", "."], ids=["model", "versions", "root"])
def test_the_newest_version_is_found(tmp_path, place):
    saved_models.publish(tmp_path / "colours", 9)

    found = find_model(f"{tmp_path}/{place}")

    assert Path(found.folder).resolve() == tmp_path / "colours" / "9"
    assert found.input_name == "image_bytes"
    assert found.schema.field("probabilities").type == pa.list_(pa.float32())
    assert found.schema.field("label").type == pa.string()


def test_one_of_several_models_has_to_be_chosen(tmp_path):
    for name in ("colours", "shapes"):
        (tmp_path / name / "1").mkdir(parents=True)

    with pytest.raises(DataError, match=r"shapes.*set --model"):
        find_model(str(tmp_path))


def test_a_model_without_encoded_images_is_refused(tmp_path):
    module = tf.Module()
    spec = tf.TensorSpec([None, 2], tf.float32, "features")
    module.answer = tf.function(lambda features: {"y": features}, input_signature=[spec])
    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": module.answer})

    with pytest.raises(DataError, match=r"takes \['features'\]"):
        find_model(str(tmp_path))


@pytest.mark.parametrize("content", [b"not a SavedModel", b""], ids=["damaged", "empty"])
def test_what_is_not_a_model_is_refused(tmp_path, content):
    (tmp_path / "saved_model.pb").write_bytes(content)

    with pytest.raises(DataError):
        find_model(str(tmp_path))
