"""A model's policy and labels change; all other text of the file stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.rollout.config import model_config
from serving.rollout.errors import RolloutRefused

BASE = (Path(__file__).parents[4] / "k8s/base/config/models.config").read_text(encoding="utf-8")
LABELS = {"stable": 7, "canary": 12}
COMMENTED = """# Models of the shop.
model_config_list {
  config {
    name: "a"  # The { first.
    model_version_policy { latest { num_versions: 2 } }
    base_path: "/served/{a}"
    # Labels:
    version_labels { key: "stable" value: 3 }
    version_labels { key: 'canary' value: 4 };
    model_platform: "tensorflow"
  }
  config { name: "b", base_path: "/served/b" }  # Last.
}
"""
LISTED = 'model_config_list: {config: [{name: "a" base_path: "/a"}, {name: "b" base_path: "/b"}]}'
ANGLES = 'model_config_list <\n config: <name: "b"\n base_path: "/b">\n>'


def parse(text):
    return text_format.Parse(text, ModelServerConfig())


@pytest.mark.parametrize("name", ["flowers", "pets"])
def test_a_model_gets_a_policy_and_labels(name):
    changed = model_config.change_model(BASE, name, versions=[12, 7], labels=LABELS)

    found = model_config.find_model(changed, name)
    assert (found.versions, found.labels) == ((7, 12), LABELS)
    assert found.base_path == f"/served/{name}"


def test_the_other_lines_stay_as_they_are():
    changed = model_config.change_model(BASE, "flowers", versions=[7], labels={"stable": 7})

    added = [line for line in changed.splitlines() if line not in BASE.splitlines()]
    kept = [line for line in changed.splitlines() if line in BASE.splitlines()]
    assert kept == [line for line in BASE.splitlines() if line in kept]
    assert set(BASE.splitlines()) <= set(kept)
    assert "".join("".join(added).split()) == (
        'model_version_policy{specific{versions:7}}version_labels{key:"stable"value:7}'
    )


def test_earlier_policies_and_labels_are_replaced_and_comments_stay():
    changed = model_config.change_model(COMMENTED, "a", versions=[7, 12], labels=LABELS)

    assert parse(changed).model_config_list.config[0].version_labels == LABELS
    assert model_config.find_model(changed, "a").newest is None
    for comment in ("# Models of the shop.", "# The { first.", "# Labels:", "# Last."):
        assert comment in changed


def test_a_second_change_replaces_the_first():
    once = model_config.change_model(COMMENTED, "b", versions=[1, 2], labels=LABELS)
    twice = model_config.change_model(once, "b", versions=[1, 2], labels=LABELS)

    assert twice == once


@pytest.mark.parametrize("text", [LISTED, ANGLES, COMMENTED], ids=["list", "angles", "comments"])
def test_every_form_of_the_text_is_changed_in_its_own_model_only(text):
    changed = model_config.change_model(text, "b", versions=[7], labels=LABELS)

    before = {config.name: config for config in parse(text).model_config_list.config}
    after = {config.name: config for config in parse(changed).model_config_list.config}
    assert after.keys() == before.keys()
    assert after["b"].version_labels == LABELS
    assert all(after[name] == config for name, config in before.items() if name != "b")


def test_settings_that_roll_outs_do_not_know_stay():
    logged = 'logging_config { log_collector_config { type: "x" } }'
    text = f'model_config_list {{ config {{ name: "a" model_type: TENSORFLOW {logged} }} }}'
    changed = model_config.change_model(text, "a", versions=[7], labels=LABELS)

    [config] = parse(changed).model_config_list.config
    assert config.logging_config.log_collector_config.type == "x"
    assert (config.model_type, config.version_labels) == (1, LABELS)


def test_labels_in_a_form_that_cannot_be_changed_are_refused():
    text = 'model_config_list { config { name: "a" version_labels: [{key: "b" value: 1}] } }'

    with pytest.raises(RolloutRefused, match="version_labels"):
        model_config.change_model(text, "a", versions=[7], labels=LABELS)


@pytest.mark.parametrize(
    ("policy", "newest"),
    [
        pytest.param("", 1, id="none"),
        pytest.param("model_version_policy { latest { num_versions: 3 } }", 3, id="latest"),
        pytest.param("model_version_policy { all {} }", None, id="all"),
    ],
)
def test_policies_are_read_as_tf_serving_reads_them(policy, newest):
    text = f'model_config_list {{ config {{ name: "a" {policy} }} }}'

    found = model_config.find_model(text, "")
    assert (found.name, found.newest, found.versions) == ("a", newest, ())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(BASE, "birds", id="unknown-model"),
        pytest.param(BASE, "", id="several-models"),
        pytest.param("", "", id="no-model"),
        pytest.param("models {", "flowers", id="not-a-config"),
    ],
)
def test_what_is_not_one_model_is_refused(text, name):
    with pytest.raises(RolloutRefused):
        model_config.find_model(text, name)
