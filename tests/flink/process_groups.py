"""The processes that a process has started, by their group."""

from __future__ import annotations

from pathlib import Path


def list_members(group: int) -> list[int]:
    """The ids of a group's processes, except zombies, in ascending order."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, number = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(number) == group and state not in "ZX":
            members.append(int(stat.parent.name))
    return sorted(members)
