"""A model config in a ConfigMap, read and replaced by the real kubectl on a small API server."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from serving.rollout.commands import app
from serving.rollout.config.config_map import ConfigMapStore
from serving.rollout.config.model_config import find_model
from serving.rollout.errors import ChangedMeanwhile, RolloutError, RolloutRefused
from tests.fakes.serving.config_follower import ConfigFollower
from tests.fakes.serving.config_map_api import ConfigMapApi

CONFIG = 'model_config_list { config { name: "shop" } }'
KEPT = {"other.config": "of another program"}


@pytest.fixture
def api(tmp_path, monkeypatch):
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    with ConfigMapApi("shop", "models", {"models.config": CONFIG, **KEPT}) as api:
        cluster = {"name": "here", "cluster": {"server": api.url}}
        context = {"name": "here", "context": {"cluster": "here", "user": ""}}
        settings = {"clusters": [cluster], "contexts": [context], "current-context": "here"}
        (tmp_path / "kubeconfig").write_text(json.dumps(settings), encoding="utf-8")
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        monkeypatch.setenv("HOME", str(tmp_path))  # kubectl caches what the server offers.
        yield api


def test_the_texts_are_keys_and_other_keys_stay(api):
    store = ConfigMapStore("shop/models")
    store.write(replace(store.read(), config="new", state="{}", history="lines\n"))

    texts = {
        "models.config": "new",
        "models.rollout.json": "{}",
        "models.rollout-history.jsonl": "lines\n",
    }
    assert api.data == {**KEPT, **texts}
    assert (store.read().config, store.read().history) == ("new", "lines\n")


def test_a_change_of_another_person_is_not_overwritten(api):
    store = ConfigMapStore("shop/models")
    mine = theirs = store.read()
    store.write(replace(theirs, config="theirs"))

    with pytest.raises(ChangedMeanwhile):
        store.write(replace(mine, config="mine"))

    assert api.data["models.config"] == "theirs"


def test_texts_of_a_whole_history_are_sent(api):
    store = ConfigMapStore("shop/models")
    history = "x" * 300_000
    store.write(replace(store.read(), history=history))

    assert store.read().history == history


def test_a_canary_is_started_and_ended_in_a_config_map(api):
    with ConfigFollower(lambda: api.data["models.config"], existing={1, 2}) as server:
        place = ["--configmap", "shop/models", "--server", server.url]
        started = CliRunner().invoke(app, ["canary", "1", "--percent", "10", *place])
        assert started.exit_code == 0, started.output
        assert find_model(api.data["models.config"], "shop").labels == {"stable": 2, "canary": 1}

        ended = CliRunner().invoke(app, ["rollback", *place])
    assert ended.exit_code == 0, ended.output
    assert find_model(api.data["models.config"], "shop").versions == (2,)
    assert api.data["models.rollout-history.jsonl"].count("\n") == 2


def test_a_missing_key_is_refused_and_the_others_are_named(api):
    with pytest.raises(RolloutRefused, match=r"other\.config"):
        ConfigMapStore("shop/models", "tf.config").read()


def test_a_missing_config_map_is_kubectls_error(api):
    with pytest.raises(RolloutError, match="NotFound"):
        ConfigMapStore("shop/nothing").read()


@pytest.mark.parametrize("name", ["models", "/models", "shop/", ""])
def test_a_name_without_its_namespace_is_refused(name):
    with pytest.raises(RolloutRefused):
        ConfigMapStore(name)


def test_without_kubectl_it_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RolloutError, match="kubectl"):
        ConfigMapStore("shop/models").read()
