"""`fcn rollout`: what it prints, writes and exits with."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from serving.rollout.commands import app
from serving.rollout.config import model_config
from serving.rollout.evaluations import ASSET
from tests.fakes.serving.config_follower import ConfigFollower

VERSIONS = (1, 2, 3, 4)


@pytest.fixture
def config(tmp_path):
    for version in VERSIONS:
        path = tmp_path / "shop" / str(version) / ASSET
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"metrics": {"accuracy": version / 4}}), encoding="utf-8")
    path = tmp_path / "models.config"
    text = f'model_config_list {{\n  config {{ name: "shop" base_path: "{tmp_path}/shop" }}\n}}\n'
    path.write_text(model_config.change_model(text, "shop", versions=[2], labels={}))
    return path


@pytest.fixture
def server(config):
    read = config.read_text
    with ConfigFollower(lambda: read("utf-8"), existing=VERSIONS) as server:
        yield server


@pytest.fixture
def rollout(config):
    def run(*arguments, **options):
        return CliRunner().invoke(app, [*arguments, "--config", str(config)], **options)

    return run


@pytest.fixture
def canary(rollout, server):
    done = rollout("canary", "3", "--percent", "10", "--server", server.url, "--by", "ann")
    assert done.exit_code == 0, done.output
    return done


def read_labels(config):
    return model_config.find_model(config.read_text("utf-8"), "shop").labels


def list_versions(config):
    return {path.name for path in (config.parent / "shop").iterdir()}


def test_a_canary_is_started_and_seen_in_the_status(rollout, server, canary):
    done = rollout("status", "--server", server.url)

    assert "canary: version 3, 10 % of the requests" in canary.stdout
    assert done.exit_code == 0
    assert done.stdout.count("AVAILABLE") == 2


def test_the_status_is_printed_without_the_servers_too(rollout):
    done = rollout("status", "--server", "http://127.0.0.1:9")

    assert done.exit_code == 0
    assert "http://127.0.0.1:9" in done.output


@pytest.mark.usefixtures("canary")
def test_a_promotion_without_a_comparison_must_be_asked_for(rollout, server, config):
    refused = rollout("promote", "--server", server.url)
    declined = rollout("promote", "--skip-comparison", "--server", server.url, input="n\n")
    assert (refused.exit_code, declined.exit_code) == (2, 1)
    assert read_labels(config) == {"stable": 2, "canary": 3}

    done = rollout("promote", "--skip-comparison", "--server", server.url, input="y\n")
    assert done.exit_code == 0, done.output
    assert read_labels(config) == {"stable": 3, "canary": 3}


@pytest.mark.usefixtures("canary")
def test_a_rollback_ends_the_canary(rollout, server, config):
    done = rollout("rollback", "--server", server.url)

    assert done.exit_code == 0, done.output
    assert read_labels(config) == {"stable": 2, "canary": 2}


@pytest.mark.usefixtures("canary")
def test_old_versions_are_only_named_in_a_dry_run_and_then_removed(rollout, config):
    dry = rollout("prune", "--keep", "1", "--dry-run")
    assert (dry.exit_code, list_versions(config)) == (0, {"1", "2", "3", "4"})

    done = rollout("prune", "--keep", "1")
    assert done.exit_code == 0, done.output
    assert list_versions(config) == {"2", "3", "4"}
    assert f"{config.parent}/shop/1" in done.stdout


def test_a_version_that_a_server_has_loaded_stays(rollout, config):
    text = model_config.change_model(config.read_text("utf-8"), "shop", versions=[4], labels={})
    config.write_text(text, encoding="utf-8")
    with ConfigFollower(lambda: text.replace("versions: 4", "versions: 3"), VERSIONS) as server:
        done = rollout("prune", "--keep", "1", "--server", server.url)

    assert done.exit_code == 0, done.output
    assert list_versions(config) == {"3", "4"}


@pytest.mark.usefixtures("canary")
def test_the_history_has_the_versions_and_the_changes(rollout, config):
    picture = config.with_name("history.svg")
    rollout("prune", "--keep", "1")
    done = rollout("history", "--last", "3", "--json", "--picture", str(picture))

    found = json.loads(done.stdout)
    assert [*found["versions"]] == ["2", "3", "4"]
    assert found["versions"]["4"]["metrics"] == {"accuracy": 1.0}
    assert [change["action"] for change in found["changes"]] == ["canary", "prune"]
    assert found["changes"][0]["changed_by"] == "ann"
    assert found["changes"][1]["detail"] == {"removed": [1]}
    assert picture.exists()


@pytest.mark.usefixtures("canary")
def test_the_history_is_a_table_for_people(rollout):
    done = rollout("history")

    assert done.exit_code == 0, done.output
    assert "stable 2, canary 3 at 10 %" in done.stdout
    assert "0.7500" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["status", "--model", "birds"], id="unknown-model"),
        pytest.param(["status", "--configmap", "shop/models"], id="two-places"),
        pytest.param(["canary", "8", "--percent", "10"], id="unknown-version"),
        pytest.param(["canary", "3", "--percent", "101"], id="more-than-all"),
        pytest.param(["promote", "--skip-comparison", "--when", "iou>=1"], id="contradiction"),
        pytest.param(["status", "--server", "ftp://127.0.0.1"], id="bad-url"),
        pytest.param(["prune", "--keep", "0"], id="keeps-none"),
        pytest.param(["history", "--base-path", "none", "--picture", "a.png"], id="no-picture"),
    ],
)
def test_wrong_use_exits_with_2(rollout, server, arguments):
    servers = [] if arguments[0] in ("prune", "history") else ["--server", server.url]

    assert rollout(*arguments, *servers).exit_code == 2


def test_a_missing_file_exits_with_1(tmp_path):
    done = CliRunner().invoke(app, ["status", "--config", str(tmp_path / "none.config")])

    assert done.exit_code == 1
    assert "none.config" in done.output
