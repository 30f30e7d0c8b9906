"""Configuration files in protobuf text."""

import pytest
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server import text_protos
from serving.server.text_protos import ConfigError


def test_a_file_is_read_as_its_message(tmp_path):
    (tmp_path / "a").write_text("# No models yet.\nmodel_config_list {}\n")

    config = text_protos.read(tmp_path / "a", ModelServerConfig)

    assert config.WhichOneof("config") == "model_config_list"


@pytest.mark.parametrize(
    "text", [b"improperly formatted file", b"\xff", b"model_config_list { unknown: 1 }"]
)
def test_a_malformed_file_is_refused_with_the_message_that_it_should_contain(text, tmp_path):
    (tmp_path / "a").write_bytes(text)

    with pytest.raises(
        ConfigError, match=r"Error parsing text-format tensorflow.serving.ModelServerConfig in .*/a"
    ):
        text_protos.read(tmp_path / "a", ModelServerConfig)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"Cannot read .*missing: No such file"):
        text_protos.read(tmp_path / "missing", ModelServerConfig)
