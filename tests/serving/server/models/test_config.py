"""Which models and versions a configuration names, and which configurations are refused."""

import pytest
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server.models import config
from serving.server.request_errors import RequestError

EMPTY = ModelServerConfig()


def parse(*models):
    entries = "".join(f"config {{ {model} }}" for model in models)
    return text_format.Parse(f"model_config_list {{ {entries} }}", ModelServerConfig())


def model(policy=""):
    text = f'name: "a" base_path: "/a" model_platform: "tensorflow" {policy}'
    return parse(text).model_config_list.config[0]


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [
        pytest.param("", [7], id="default"),
        pytest.param("model_version_policy { latest { num_versions: 2 } }", [7, 5], id="latest"),
        pytest.param("model_version_policy { latest { num_versions: 0 } }", [7], id="latest-none"),
        pytest.param("model_version_policy { all {} }", [2, 5, 7], id="all"),
        pytest.param("model_version_policy { specific { versions: [2, 9] } }", [2], id="specific"),
    ],
)
def test_a_version_policy_chooses_among_the_versions_on_disk(policy, chosen, tmp_path):
    found = dict.fromkeys((2, 5, 7), tmp_path)

    assert list(config.choose_versions(model(policy), found)) == chosen


GOOD = 'name: "a" base_path: "/a" model_platform: "tensorflow"'


@pytest.mark.parametrize(
    ("new", "text"),
    [
        pytest.param(ModelServerConfig(), "Only ModelConfigList", id="empty"),
        pytest.param(parse(GOOD, GOOD), "Illegal to list model a multiple times", id="twice"),
        pytest.param(parse(GOOD.replace("/a", "a")), "to have an absolute path", id="relative"),
        pytest.param(parse('name: "a" base_path: "/a"'), "setting neither", id="no-platform"),
        pytest.param(parse(f"{GOOD} model_type: TENSORFLOW"), "setting both", id="two-platforms"),
        pytest.param(
            parse(GOOD.replace('"tensorflow"', '"caffe"')), "unsupported platform", id="platform"
        ),
    ],
)
def test_a_wrong_configuration_is_refused(new, text):
    with pytest.raises(RequestError, match=text) as refused:
        config.check(new, EMPTY)

    assert refused.value.code.name == "INVALID_ARGUMENT"


def test_the_old_way_to_name_the_platform_is_accepted():
    config.check(parse('name: "a" base_path: "/a" model_type: TENSORFLOW'), EMPTY)


def test_a_configuration_without_models_is_accepted():
    config.check(parse(), EMPTY)


def test_a_push_root_lists_its_models(tmp_path):
    for name in ("b/1", "a/007", "a/08", "notes/text"):
        (tmp_path / name).mkdir(parents=True)

    listed = config.find_all(tmp_path).model_config_list.config

    assert [(m.name, m.base_path) for m in listed] == [
        ("a", str(tmp_path / "a")),
        ("b", str(tmp_path / "b")),
    ]
