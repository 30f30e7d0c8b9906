"""What is recorded of roll-outs: each model's state now, and the history of changes."""

from __future__ import annotations

import getpass
import json
import socket
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

from serving.client.routes import CANARY, STABLE

START, PROMOTE, ROLLBACK, PRUNE = "canary", "promote", "rollback", "prune"  # Actions.
KEPT = 1000  # Changes of all models in the history: a ConfigMap has room for 1 MiB.


@dataclass(frozen=True)
class Position:
    """Which versions the labels lead to; without a canary, its label leads to the stable one."""

    stable: int
    canary: int | None = None
    percent: float = 0.0

    def label(self) -> dict[str, int]:
        """The version of each label. Both exist always, so no client asks for a missing one."""
        canary = self.stable if self.canary is None else self.canary
        return {STABLE: self.stable, CANARY: canary}


@dataclass(frozen=True)
class Change:
    """A line of the history."""

    model: str
    action: str
    changed_by: str
    changed_at: str  # UTC, ISO 8601.
    before: Position
    after: Position
    detail: dict[str, Any]  # A promotion's comparison; the versions that were removed.


def make_change(
    model: str,
    action: str,
    places: tuple[Position, Position],
    *,
    by: str = "",
    detail: dict[str, Any] | None = None,
) -> Change:
    """A change that happens now, from one place to another. `by`: who, by default user@host."""
    by = by or f"{getpass.getuser()}@{socket.gethostname()}"
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Change(model, action, by, now, *places, detail or {})


def write_state(text: str, change: Change) -> str:
    """The state file after a change: {"models": {NAME: {"stable": 1, "canary": 2, ...}}}."""
    models = json.loads(text)["models"] if text else {}
    who = {"changed_by": change.changed_by, "changed_at": change.changed_at}
    models[change.model] = {**asdict(change.after), **who}
    return json.dumps({"models": models}, indent=2) + "\n"


def read_state(text: str, model: str) -> dict[str, Any]:
    """What the state file contains about a model; empty before its first roll-out."""
    return json.loads(text)["models"].get(model, {}) if text else {}


def append_change(history: str, change: Change) -> str:
    """The history with one more line, a JSON object; only the newest lines are kept."""
    line = json.dumps(asdict(change), ensure_ascii=False)
    return "\n".join([*history.splitlines(), line][-KEPT:]) + "\n"


def read_changes(history: str, model: str) -> list[Change]:
    """A model's changes, oldest first."""
    rows = (json.loads(line) for line in history.splitlines())
    return [_read_change(row) for row in rows if row["model"] == model]


def find_previous_stable(changes: Iterable[Change]) -> int | None:
    """The stable version before the present one: a rollback goes back one promotion."""
    earlier: list[int] = []
    for change in changes:
        if change.before.stable == change.after.stable:
            continue
        if change.action != ROLLBACK:
            earlier.append(change.before.stable)
        elif earlier:
            earlier.pop()
    return earlier[-1] if earlier else None


def _read_change(row: dict[str, Any]) -> Change:
    places = {name: Position(**row[name]) for name in ("before", "after")}
    return Change(**{**row, **places})
