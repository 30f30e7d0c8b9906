"""The commands `fcn rollout ...`: serve a new version to some requests, then to all, or go back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from serving import printable, terminal
from serving.client import ServingError, VersionStatus
from serving.rollout import pruning, records, tables
from serving.rollout.command_options import (
    NOT_PASSED,
    REST_URL,
    AsJSON,
    BasePath,
    By,
    Config,
    ConfigMap,
    DryRun,
    ImageLimit,
    Images,
    Keep,
    Key,
    Last,
    Model,
    Page,
    Percent,
    Picture,
    ServerURLs,
    SkipComparison,
    Stable,
    Version,
    Wait,
    When,
    Yes,
    end_on_errors,
    open_rollout,
    open_store,
    show,
)
from serving.rollout.config.model_config import list_models
from serving.rollout.evaluations import Evaluation, read_evaluations
from serving.rollout.rollout import Rollout
from serving.rollout.servers import Server
from serving.terminal import say

KEY = "models.config"
WAIT = 300.0  # A ConfigMap reaches its pods after a minute or two; then a model loads.

app = typer.Typer(
    help="Rolls out new versions of served models, with a canary.", no_args_is_help=True
)


@app.command()
def status(
    config: Config = None,
    configmap: ConfigMap = "",
    key: Key = KEY,
    model: Model = "",
    servers: ServerURLs = [REST_URL],  # noqa: B006
) -> None:
    """Prints the versions of each model: labels, share of requests, state on each server."""
    with end_on_errors():
        store = open_store(config, configmap, key)
        names = [model] if model else [each.name for each in list_models(store.read().config)]
        for name in names:
            rollout = open_rollout(store, name, servers)
            states = {server.url: _list_states(server) for server in rollout.servers}
            tables.show_status(rollout.model, rollout.position, states)
            tables.show_changes(rollout.changes[-1:], title="Last change")


@app.command()
def canary(
    version: Version,
    percent: Percent,
    stable: Stable = None,
    config: Config = None,
    configmap: ConfigMap = "",
    key: Key = KEY,
    model: Model = "",
    servers: ServerURLs = [REST_URL],  # noqa: B006
    wait: Wait = WAIT,
    by: By = "",
) -> None:
    """Serves a version as `canary` next to `stable`, or changes its share of the requests."""
    with end_on_errors():
        rollout = open_rollout(open_store(config, configmap, key), model, servers, wait=wait, by=by)
        change = rollout.start_canary(version, percent, stable)
        _show_change(change)
        newest = max(change.after.label().values())
        say(f"Requests without a label get version {newest}: TF Serving gives them the newest.")


@app.command()
def promote(
    images: Images = None,
    limit: ImageLimit = 64,
    when: When = [],  # noqa: B006
    page: Page = Path("comparison.html"),
    skip_comparison: SkipComparison = False,
    yes: Yes = False,
    config: Config = None,
    configmap: ConfigMap = "",
    key: Key = KEY,
    model: Model = "",
    servers: ServerURLs = [REST_URL],  # noqa: B006
    wait: Wait = WAIT,
    by: By = "",
) -> None:
    """Compares the canary with the stable version, and makes it the stable version.

    With --when it promotes if all conditions are met, else exits with 3. Without, it asks.
    """
    from serving.rollout import promotion  # It needs the extra `pipeline`.

    with end_on_errors():
        plan = promotion.make_plan(images, limit=limit, when=when, skips=skip_comparison)
        rollout = open_rollout(open_store(config, configmap, key), model, servers, wait=wait, by=by)
        metrics = promotion.compare(rollout, plan, page)
        if failures := plan.list_failures(metrics):
            terminal.fail(" ".join(["Not promoted.", *failures]), NOT_PASSED)
        if not (when or yes):
            typer.confirm("Promote the canary?", abort=True)
        _show_change(rollout.promote(metrics))


@app.command()
def rollback(
    config: Config = None,
    configmap: ConfigMap = "",
    key: Key = KEY,
    model: Model = "",
    servers: ServerURLs = [REST_URL],  # noqa: B006
    wait: Wait = WAIT,
    by: By = "",
) -> None:
    """Ends the canary; without one, goes back to the stable version before this one."""
    with end_on_errors():
        store = open_store(config, configmap, key)
        _show_change(open_rollout(store, model, servers, wait=wait, by=by).roll_back())


@app.command()
def prune(
    keep: Keep,
    dry_run: DryRun = False,
    config: Config = None,
    configmap: ConfigMap = "",
    key: Key = KEY,
    model: Model = "",
    base_path: BasePath = None,
    servers: ServerURLs = [],  # noqa: B006
    by: By = "",
) -> None:
    """Removes old version folders, but none that is stable, canary or the previous stable.

    With --server, versions that a server has loaded stay too.
    """
    with end_on_errors():
        rollout = open_rollout(open_store(config, configmap, key), model, servers, by=by)
        old = _find_old(rollout, base_path, keep)
        if not old:
            say("Nothing to remove.")
        for version in old:
            if not dry_run:
                pruning.remove(version)
            say(f"{'Would remove' if dry_run else 'Removed'} {printable.markup(version)}")
        if old and rollout.position and not dry_run:
            rollout.record(records.PRUNE, {"removed": [int(version.name) for version in old]})


@app.command()
def history(
    last: Last = 50,
    picture: Picture = None,
    as_json: AsJSON = False,
    config: Config = None,
    configmap: ConfigMap = "",
    key: Key = KEY,
    model: Model = "",
    base_path: BasePath = None,
) -> None:
    """Prints the gate's metrics of each pushed version, and each change of the labels."""
    if picture:  # Only the extra `pipeline` has Matplotlib.
        from serving.rollout import history_picture
    with end_on_errors():
        rollout = open_rollout(open_store(config, configmap, key), model, [])
        evaluations = read_evaluations(base_path or Path(rollout.model.base_path), last)
        changes = rollout.changes[-last:]
        if as_json:
            _print_json(evaluations, changes)
        else:
            tables.show_evaluations(evaluations)
            tables.show_changes(changes)
        if picture:
            history_picture.write(picture, evaluations, rollout.position)
            show(f"Written: {picture}")


def _print_json(evaluations: dict[int, Evaluation], changes: list[records.Change]) -> None:
    versions = {str(version): asdict(found) for version, found in evaluations.items()}
    rows = {"versions": versions, "changes": [asdict(change) for change in changes]}
    typer.echo(json.dumps(rows, indent=2))


def _find_old(rollout: Rollout, base_path: Path | None, keep: int) -> list[Path]:
    """The version folders that nothing needs: no label, no policy, no server, no rollback."""
    protected = pruning.list_protected(rollout.model, rollout.position, rollout.changes)
    loaded = {version for server in rollout.servers for version in server.list_available()}
    folder = base_path or Path(rollout.model.base_path)
    return pruning.choose_old(folder, max(keep, rollout.model.newest or 1), protected | loaded)


def _list_states(server: Server) -> dict[int, VersionStatus]:
    """A server's versions; none, and a line on stderr, if it does not answer."""
    try:
        return server.list_states()
    except ServingError as error:
        show(f"{server.url}: {error}")
        return {}


def _show_change(change: records.Change) -> None:
    say(printable.markup(f"{change.model}: {tables.describe_position(change.after)}"))
