"""A configuration changes the models and all that follows them, or nothing."""

import pytest
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server.models import config
from serving.server.models.servables import Servables
from serving.server.request_errors import RequestError
from serving.server.text_protos import ConfigError


class Follower:
    """Refuses a configuration with the model `refused`; remembers the models of the others."""

    def __init__(self):
        self.followed = []

    def check(self, config):
        if names(config) == ["refused"]:
            raise ConfigError("refused")

    def configure(self, config):
        self.followed.append(names(config))


def names(config):
    return [model.name for model in config.model_config_list.config]


@pytest.fixture
def follower():
    return Follower()


@pytest.fixture
def servables(follower):
    servables = Servables(followers=[follower])
    servables.apply(config.name_model("half", "/half"))
    return servables


def mislabelled():
    configuration = config.name_model("other", "/other")
    configuration.model_config_list.config[0].version_labels["stable"] = 7
    return configuration


@pytest.mark.parametrize(
    ("configuration", "error"),
    [
        pytest.param(config.name_model("refused", "/refused"), ConfigError, id="by-a-follower"),
        pytest.param(mislabelled(), RequestError, id="by-the-labels"),
        pytest.param(config.name_model("other", "other"), RequestError, id="by-the-paths"),
        pytest.param(ModelServerConfig(), RequestError, id="without-a-list"),
    ],
)
def test_a_configuration_that_is_refused_changes_nothing(servables, follower, configuration, error):
    with pytest.raises(error):
        servables.apply(configuration)

    assert list(servables.models) == names(servables.config) == ["half"]
    assert follower.followed == [["half"]]


def test_followers_get_each_configuration_that_is_taken(servables, follower):
    new = servables.apply(config.name_model("other", "/other"))

    assert new == ["other"]
    assert follower.followed == [["half"], ["other"]]
