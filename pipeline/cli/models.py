"""The command `fcn models`; the table itself is in model_table.py."""

from __future__ import annotations

from pipeline.cli.options import Name, Set, console, load
from serving.commands import quiet_tensorflow


def models(name: Name, overrides: Set = []) -> None:  # noqa: B006
    """Prints the layers of an experiment's model and the smallest input it takes."""
    quiet_tensorflow()
    from pipeline.cli import model_table

    model_table.show(load(name, overrides=overrides), console)
