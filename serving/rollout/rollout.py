"""Moves the labels `stable` and `canary` in steps, so that no request fails meanwhile.

TF Serving accepts a label only for a version that is loaded, and moves labels before it loads or
unloads. So a version is first added and awaited, then the labels move, and once all servers follow
them, versions without a label are dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from serving.client.routes import CANARY, STABLE
from serving.rollout import records
from serving.rollout.config import model_config
from serving.rollout.config.model_config import ServedModel
from serving.rollout.config.stores import Snapshot, Store
from serving.rollout.errors import ChangedMeanwhile, RolloutRefused
from serving.rollout.records import Change, Position
from serving.rollout.servers import Servers
from serving.versions import find_versions

LABELS = (STABLE, CANARY)


class Rollout:
    """One model of one model config, and the servers that read it."""

    def __init__(
        self, store: Store, model: str, *, open_servers: Callable[[str], Servers], by: str = ""
    ) -> None:
        self._store = store
        self._snapshot = store.read()
        self.model = model_config.find_model(self._snapshot.config, model)
        self.position = read_position(self._snapshot, self.model)  # When the command began.
        self.servers = open_servers(self.model.name)
        self.changes = records.read_changes(self._snapshot.history, self.model.name)
        self._by = by

    def find_position(self) -> Position:
        """Where the labels are; before the first roll-out, the newest version is stable."""
        return self.position or Position(self.servers.find_newest())

    def find_canary(self) -> tuple[Position, int]:
        """Where the labels are, and the canary. Raises RolloutRefused without a canary."""
        if self.position is None or self.position.canary is None:
            raise RolloutRefused("There is no canary: start one with `fcn rollout canary VERSION`.")
        return self.position, self.position.canary

    def start_canary(self, version: int, percent: float, stable: int | None = None) -> Change:
        """Serves a version to a share of the requests; also changes the share of a canary.

        `stable` is the stable version of a model that has no labels yet.
        """
        before = self._find_start(stable)
        if version == before.stable:
            raise RolloutRefused(
                f"Version {version} is already stable: choose another, or, at a model's first "
                "roll-out, another --stable."
            )
        for each in (version, before.stable):
            check_folder(self.model, each)
        return self._move(records.START, (before, Position(before.stable, version, percent)), {})

    def promote(self, comparison: dict[str, float] | None = None) -> Change:
        """Makes the canary the stable version. Its label stays there for the clients' sake."""
        before, canary = self.find_canary()
        detail = {"comparison": comparison} if comparison else {}
        return self._move(records.PROMOTE, (before, Position(canary)), detail)

    def roll_back(self) -> Change:
        """Ends a canary; without one, goes back to the stable version before this one."""
        before = self.find_position()
        if before.canary is not None:
            return self._move(records.ROLLBACK, (before, Position(before.stable)), {})
        earlier = records.find_previous_stable(self.changes)
        if earlier is None:
            raise RolloutRefused(
                f"The history has no stable version before {before.stable}: choose one, and use "
                "`fcn rollout canary VERSION` and `fcn rollout promote`."
            )
        check_folder(self.model, earlier)
        return self._move(records.ROLLBACK, (before, Position(earlier)), {})

    def record(self, action: str, detail: dict[str, Any]) -> Change:
        """Adds a change to the history that moves no label."""
        now = self.find_position()
        change = self._make_change(action, (now, now), detail)
        history = records.append_change(self._snapshot.history, change)
        self._write(replace(self._snapshot, history=history))
        return change

    def _find_start(self, stable: int | None) -> Position:
        """Where the labels are. Raises RolloutRefused if `stable` contradicts them."""
        if self.position and stable not in (None, self.position.stable):
            raise RolloutRefused(
                f"--stable {stable} contradicts the label, which leads to version "
                f"{self.position.stable}: only `promote` and `rollback` move it."
            )
        return self.find_position() if stable is None else self.position or Position(stable)

    def _move(
        self, action: str, places: tuple[Position, Position], detail: dict[str, Any]
    ) -> Change:
        change = self._make_change(action, places, detail)
        original = self._snapshot
        try:
            self._load(change)
            self._label(change)
            self._drop(change)
        except ChangedMeanwhile:
            raise
        except BaseException:  # Ctrl-C too: what has been changed is put back.
            self._write(replace(original, revision=self._snapshot.revision))
            raise
        return change

    def _make_change(
        self, action: str, places: tuple[Position, Position], detail: dict[str, Any]
    ) -> Change:
        return records.make_change(self.model.name, action, places, by=self._by, detail=detail)

    def _load(self, change: Change) -> None:
        """Adds the versions; then gives both labels to a model that has had none."""
        versions, labels = self._list_loaded(change), change.before.label()
        if self.position is None:
            self._write_config(versions, {})
            self.servers.wait(change.after.label().values(), {})
        self._write_config(versions, labels)
        self.servers.wait(change.after.label().values(), labels)

    def _label(self, change: Change) -> None:
        """Moves the labels, and records it."""
        labels = change.after.label()
        state = records.write_state(self._snapshot.state, change)
        history = records.append_change(self._snapshot.history, change)
        self._snapshot = replace(self._snapshot, state=state, history=history)
        self._write_config(self._list_loaded(change), labels)
        self.servers.wait(labels.values(), labels)

    def _drop(self, change: Change) -> None:
        """Leaves the versions that have a label."""
        labels = change.after.label()
        self._write_config(set(labels.values()), labels)

    def _list_loaded(self, change: Change) -> set[int]:
        """The versions that are loaded during the change: those before and those after it."""
        labelled = (*change.before.label().values(), *change.after.label().values())
        return {*self.model.versions, *labelled}

    def _write_config(self, versions: set[int], labels: dict[str, int]) -> None:
        others = {name: at for name, at in self.model.labels.items() if name not in LABELS}
        config = model_config.change_model(
            self._snapshot.config,
            self.model.name,
            versions=versions | set(others.values()),
            labels=others | labels,
        )
        self._write(replace(self._snapshot, config=config))

    def _write(self, snapshot: Snapshot) -> None:
        self._snapshot = self._store.write(snapshot)


def read_position(snapshot: Snapshot, model: ServedModel) -> Position | None:
    """Where the labels are; the share of requests from the state file. None without labels."""
    stable, canary = (model.labels.get(label) for label in LABELS)
    if stable is None:
        return None
    if canary in (None, stable):
        return Position(stable)
    state = records.read_state(snapshot.state, model.name)
    percent = state["percent"] if state.get("canary") == canary else 0.0
    return Position(stable, canary, percent)


def check_folder(model: ServedModel, version: int) -> None:
    """Raises RolloutRefused if the model's folder is on this machine, and lacks the version."""
    versions = find_versions(Path(model.base_path))
    if versions and version not in versions:
        known = ", ".join(map(str, sorted(versions)))
        raise RolloutRefused(f"{model.base_path} has no version {version}, only {known}.")
