"""Labels move in steps that a server which follows the config accepts, or not at all."""

from __future__ import annotations

import pytest

from serving.rollout import read_canary_percent, records
from serving.rollout.config import model_config
from serving.rollout.config.stores import FileStore
from serving.rollout.errors import ChangedMeanwhile, RolloutError, RolloutRefused
from serving.rollout.rollout import Rollout
from serving.rollout.servers import Servers
from tests.fakes.serving.config_follower import ConfigFollower

CONFIG = 'model_config_list {\n  config {\n    name: "shop"\n    base_path: "/none"\n  }\n}\n'
BROKEN = 9


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "models.config"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def follower(config):
    read = config.read_text
    with ConfigFollower(lambda: read("utf-8"), existing={1, 2, 3, BROKEN}, broken={BROKEN}) as one:
        yield one


@pytest.fixture
def rollout(config, follower):
    """Opens the roll-out, as each command does."""

    def open_rollout(by="me@here", show=lambda _: None, seconds=2.0):
        def open_servers(name):
            return Servers([follower.url], name, show=show, seconds=seconds)

        return Rollout(FileStore(config), "", open_servers=open_servers, by=by)

    return open_rollout


@pytest.fixture
def stable(config):
    """Pins version 1, since the newest one is broken."""
    pinned = model_config.change_model(CONFIG, "shop", versions=[1], labels={})
    config.write_text(pinned, encoding="utf-8")


def configured(config):
    model = model_config.find_model(config.read_text("utf-8"), "shop")
    return model.versions, model.labels


@pytest.mark.usefixtures("stable")
def test_a_canary_is_loaded_and_labelled_and_its_share_is_where_clients_read_it(rollout, config):
    rollout().start_canary(2, 12.5)

    assert configured(config) == ((1, 2), {"stable": 1, "canary": 2})
    assert read_canary_percent(config.with_name("models.rollout.json"), "shop") == 12.5


def test_a_version_that_is_served_already_becomes_the_canary_of_an_older_one(rollout, config):
    text = model_config.change_model(CONFIG, "shop", versions=[2], labels={})
    config.write_text(text, encoding="utf-8")
    rollout().start_canary(2, 10, stable=1)

    assert configured(config) == ((1, 2), {"stable": 1, "canary": 2})
    rollout().start_canary(2, 20, stable=1)
    with pytest.raises(RolloutRefused, match="--stable 3"):
        rollout().start_canary(2, 30, stable=3)


@pytest.mark.usefixtures("stable")
def test_a_promoted_canary_is_stable_and_the_version_before_it_is_dropped(rollout, config):
    rollout().start_canary(2, 10)
    rollout().promote({"agreement": 0.99})

    assert configured(config) == ((2,), {"stable": 2, "canary": 2})
    assert read_canary_percent(config.with_name("models.rollout.json"), "shop") == 0


@pytest.mark.usefixtures("stable")
def test_a_rollback_ends_a_canary_and_the_next_goes_back_to_the_version_before(rollout, config):
    for version in (2, 3):
        rollout().start_canary(version, 10)
        rollout().promote()
    rollout().start_canary(1, 10)

    assert [rollout().roll_back().after.stable for _ in range(3)] == [3, 2, 1]
    assert configured(config) == ((1,), {"stable": 1, "canary": 1})
    with pytest.raises(RolloutRefused):
        rollout().roll_back()


@pytest.mark.usefixtures("stable")
def test_another_canary_replaces_the_first(rollout, config):
    rollout().start_canary(2, 10)
    rollout().start_canary(3, 20)

    assert configured(config) == ((1, 3), {"stable": 1, "canary": 3})


@pytest.mark.usefixtures("stable")
def test_every_change_is_recorded_with_who_and_from_and_to(rollout):
    rollout(by="ann").start_canary(2, 10)
    rollout(by="ben").promote({"agreement": 0.99})

    canary, promotion = rollout().changes
    assert (canary.action, canary.changed_by, canary.detail) == ("canary", "ann", {})
    assert (promotion.action, promotion.changed_by) == ("promote", "ben")
    assert promotion.before == records.Position(1, 2, 10)
    assert promotion.after == records.Position(2)
    assert promotion.detail == {"comparison": {"agreement": 0.99}}
    assert promotion.changed_at.endswith("+00:00")


@pytest.mark.usefixtures("stable")
def test_a_version_that_fails_to_load_changes_nothing(rollout, config):
    before = config.read_text("utf-8")

    with pytest.raises(RolloutError, match="it is broken"):
        rollout().start_canary(BROKEN, 10)

    assert config.read_text("utf-8") == before
    assert [path.name for path in config.parent.iterdir()] == ["models.config"]


@pytest.mark.usefixtures("stable")
@pytest.mark.parametrize("cause", [KeyboardInterrupt, RuntimeError])
def test_what_an_interrupted_command_had_changed_is_put_back(rollout, config, cause):
    before = config.read_text("utf-8")

    def interrupt(_):
        raise cause

    with pytest.raises(cause):
        rollout(show=interrupt).start_canary(2, 10)

    assert config.read_text("utf-8") == before


@pytest.mark.usefixtures("stable")
def test_a_version_that_no_server_finds_is_an_error_after_the_limit(rollout, config):
    before = config.read_text("utf-8")

    with pytest.raises(RolloutError, match="version 8 is not loaded"):
        rollout(seconds=0.1).start_canary(8, 10)

    assert config.read_text("utf-8") == before


@pytest.mark.usefixtures("stable")
def test_the_change_of_another_person_meanwhile_stays(rollout, config):
    mine = rollout()
    rollout().start_canary(2, 10)
    theirs = config.read_text("utf-8")

    with pytest.raises(ChangedMeanwhile):
        mine.start_canary(3, 10)

    assert config.read_text("utf-8") == theirs


@pytest.mark.usefixtures("stable")
def test_labels_and_versions_of_other_purposes_stay(rollout, config):
    own = model_config.change_model(CONFIG, "shop", versions=[1, 3], labels={"tests": 1})
    config.write_text(own, encoding="utf-8")
    rollout().servers.wait([1, 3], {})
    rollout().start_canary(2, 10)
    rollout().roll_back()

    assert configured(config) == ((1, 3), {"tests": 1, "stable": 3, "canary": 3})


@pytest.mark.usefixtures("stable")
def test_the_stable_version_is_not_its_own_canary(rollout):
    with pytest.raises(RolloutRefused):
        rollout().start_canary(1, 10)


@pytest.mark.usefixtures("stable")
@pytest.mark.parametrize("command", [Rollout.promote, Rollout.roll_back])
def test_without_a_canary_and_a_history_there_is_nothing_to_do(rollout, command):
    with pytest.raises(RolloutRefused):
        command(rollout())
