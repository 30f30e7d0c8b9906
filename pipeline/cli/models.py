"""The command `fcn models`; model_table.py makes the table."""

from __future__ import annotations

from pipeline.cli.options import Name, Set, load
from serving.commands import quiet_tensorflow
from serving.terminal import console


def models(name: Name, overrides: Set = []) -> None:  # noqa: B006
    """Prints the layers of an experiment's model and the smallest image that it accepts."""
    quiet_tensorflow()
    from pipeline.cli import model_table

    model_table.show(load(name, overrides=overrides), console)
