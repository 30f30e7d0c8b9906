"""The options of `fcn rollout`, and what they open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from serving import terminal
from serving.client import ServingError
from serving.rollout.config.config_map import ConfigMapStore
from serving.rollout.config.stores import FileStore, Store
from serving.rollout.errors import RolloutError, RolloutRefused
from serving.rollout.rollout import Rollout
from serving.rollout.servers import Servers
from serving.terminal import FAILED, WRONG_USE

NOT_PASSED = 3  # The exit code of `fcn run` too, for a model that did not pass its gate.
REST_URL = "http://localhost:8501"

Config = Annotated[Path | None, typer.Option(metavar="FILE", help="Model config file.")]
ConfigMap = Annotated[
    str, typer.Option("--configmap", metavar="NAMESPACE/NAME", help="ConfigMap, with kubectl.")
]
Key = Annotated[str, typer.Option(help="The ConfigMap's key with the model config.")]
Model = Annotated[str, typer.Option(help="Model. Not needed if the file has only one.")]
ServerURLs = Annotated[
    list[str],
    typer.Option("--server", metavar="URL", help="Each server that reads this config. Repeatable."),
]
Wait = Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="Limit of each wait.")]
By = Annotated[str, typer.Option(help="Who changes it, for the record. Default: user@host.")]
BasePath = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The model's folder, if it has another path on this machine."),
]

# Of one command each.
Version = Annotated[int, typer.Argument(min=0, help="The version to try.")]
Percent = Annotated[
    float, typer.Option(min=0, max=100, help="Share of requests that clients send to it.")
]
Stable = Annotated[
    int | None,
    typer.Option(min=0, help="Stable version of a model without labels. Default: the served one."),
]
Images = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Images on which the versions are compared.")
]
ImageLimit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many images.")]
When = Annotated[
    list[str], typer.Option(metavar="METRIC>=X", help="Condition of the promotion. Repeatable.")
]
Page = Annotated[Path, typer.Option(metavar="FILE", help="The comparison's page.")]
SkipComparison = Annotated[
    bool, typer.Option("--skip-comparison", help="Promotes without a comparison.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Does not ask, without --when.")]
Keep = Annotated[int, typer.Option(min=1, help="How many of the newest versions stay.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only prints them.")]
Last = Annotated[int, typer.Option(min=1, max=1000, help="At most so many rows.")]
Picture = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draws the metrics: .png or .svg.")
]
AsJSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def open_store(config: Path | None, configmap: str, key: str) -> Store:
    """The place that the options name. Raises RolloutRefused unless they name one."""
    if bool(config) == bool(configmap):
        raise RolloutRefused("Give either --config FILE or --configmap NAMESPACE/NAME.")
    return FileStore(config) if config else ConfigMapStore(configmap, key)


def show(text: str) -> None:
    """Prints progress."""
    terminal.echo(text, err=True)


def open_rollout(
    store: Store, model: str, urls: Sequence[str], *, wait: float = 0.1, by: str = ""
) -> Rollout:
    """The roll-out of one model. Changes of the servers are printed to stderr."""

    def open_servers(name: str) -> Servers:
        return Servers(urls, name, show=show, seconds=wait)

    return Rollout(store, model, open_servers=open_servers, by=by)


@contextmanager
def end_on_errors() -> Iterator[None]:
    """Ends the command with one sentence and an exit code if the block fails."""
    try:
        yield
    except RolloutRefused as error:
        terminal.fail(str(error), WRONG_USE)
    except (RolloutError, ServingError, OSError) as error:
        terminal.fail(str(error), FAILED)
    except ValueError as error:  # A server's URL, or a damaged file of records.
        terminal.fail(str(error), WRONG_USE)
