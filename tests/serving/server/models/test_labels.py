"""Which version a label means, and when it may move."""

import pytest

from serving.server.models import config
from serving.server.models.labels import Labels
from serving.server.request_errors import RequestError


def label(**versions):
    configuration = config.name_model("pets", "/pets")
    configuration.model_config_list.config[0].version_labels.update(versions)
    return configuration


def make(*available, allow_any=False):
    return Labels(lambda name, version: version in available, allow_any=allow_any)


def test_labels_on_versions_that_answer_are_taken():
    labels = make(1, 2)
    labels.assign(label(stable=1, canary=2))

    assert labels.find("pets", "canary") == 2


def test_a_label_that_the_configuration_no_longer_has_is_unknown():
    labels = make(1)
    labels.assign(label(stable=1))
    labels.assign(label())

    with pytest.raises(RequestError, match="Unrecognized servable version label: stable"):
        labels.find("pets", "stable")


@pytest.mark.parametrize(
    ("before", "after", "allow_any"),
    [
        pytest.param({}, {"stable": 9}, False, id="new-label"),
        pytest.param({"stable": 1}, {"stable": 9}, True, id="label-that-moves"),
    ],
)
def test_a_label_on_a_version_that_does_not_answer_changes_nothing(before, after, allow_any):
    labels = make(1, allow_any=allow_any)
    labels.assign(label(**before))

    with pytest.raises(RequestError, match="version 9 of model pets") as refused:
        labels.assign(label(**after))

    assert refused.value.code.name == "FAILED_PRECONDITION"
    if before:
        assert labels.find("pets", "stable") == 1


def test_a_new_label_may_precede_its_version_if_that_is_allowed():
    labels = make(allow_any=True)
    labels.assign(label(canary=9))

    assert labels.find("pets", "canary") == 9
