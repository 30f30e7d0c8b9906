"""The commands `fcn schedule ...`: run compiled pipelines on a cluster, once or on a schedule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.schedule_options import (
    Account,
    CaFile,
    Every,
    Experiment,
    Host,
    JobName,
    Namespace,
    Parameters,
    PipelineName,
    PipelineRoot,
    TimeZone,
    TokenFile,
    Version,
    open_scheduler,
    read_time_zone,
)
from pipeline.exit_codes import FAILED
from pipeline.kubeflow.schedule import tables
from pipeline.kubeflow.schedule.follow import SUCCEEDED
from pipeline.kubeflow.schedule.run_request import RunRequest
from serving.printable import markup
from serving.terminal import console, say

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.scheduler import Scheduler

INTERRUPTED = 130  # The shells' exit code for Ctrl-C.

app = typer.Typer(
    help="Uploads pipelines to Kubeflow, runs them, and makes recurring runs.",
    no_args_is_help=True,
)


@app.command()
def upload(
    package: Annotated[Path, typer.Argument(metavar="FILE", help="What `fcn compile` wrote.")],
    pipeline: Annotated[
        str, typer.Option(metavar="NAME", help="The name in the file if not given.")
    ] = "",
    version: Annotated[
        str, typer.Option(metavar="NAME", help="Made from the content if not given.")
    ] = "",
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Uploads a compiled file as a new pipeline, or as a new version of one."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        done = scheduler.upload(package, pipeline=pipeline, version=version)
        state = "is there now" if done.is_new else "was there already, with the same content"
        version, link = markup(done.version), markup(done.link)
        say(f"Version {version} of {markup(done.pipeline)} {state}: {link}")
        if done.newest:
            say(f"The newest is {markup(done.newest)}: to run this one, add --version.")


@app.command()
def run(
    name: PipelineName,
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: PipelineRoot = "",
    experiment: Experiment = "",
    service_account: Account = "",
    wait: Annotated[
        bool,
        typer.Option("--wait", "--follow", help="Prints what changes until the run ends."),
    ] = False,
    every: Every = 5.0,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Runs a pipeline now. With --wait the exit code is 0 only for a run that succeeded."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        request = RunRequest(
            pipeline=name,
            version=version,
            parameters=tuple(parameters),
            pipeline_root=pipeline_root,
            experiment=experiment,
            service_account=service_account,
        )
        started = scheduler.run(request)
        link = markup(scheduler.link(started.id))
        say(f"Run {markup(started.name)} of version {markup(started.version)}: {link}")
        show_default_root(request)
        if wait:
            watch(scheduler, started.id, every)


@app.command()
def follow(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="A run's: the end of its link.")],
    every: Every = 5.0,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Prints what changes in a run until it ends. The exit code is 0 only if it succeeded."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        watch(scheduler, run_id, every)


@app.command()
def create(
    name: PipelineName,
    cron: Annotated[str, typer.Argument(metavar="CRON", help="Five fields, or @daily.")],
    job: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Name of the recurring run; the pipeline's name if not given."
        ),
    ] = "",
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: PipelineRoot = "",
    experiment: Experiment = "",
    service_account: Account = "",
    zone: TimeZone = "UTC",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replaces the recurring run of the same name.")
    ] = False,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Creates a recurring run of one version: at most one run at a time, no catch-up."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        shown_in = read_time_zone(zone)
        request = RunRequest(
            pipeline=name,
            version=version,
            parameters=tuple(parameters),
            pipeline_root=pipeline_root,
            experiment=experiment,
            service_account=service_account,
        )
        made = scheduler.create(request, cron, job=job, replaces=replace)
        tables.show_created(made, shown_in, console)
        show_default_root(request)


@app.command("list")
def show(
    zone: TimeZone = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Prints the recurring runs, and when they run next."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        shown_in = read_time_zone(zone)
        jobs = scheduler.list_jobs()
        if as_json:
            typer.echo(json.dumps(tables.build_rows(jobs, shown_in), indent=2))
        else:
            tables.show_jobs(jobs, shown_in, console)


@app.command()
def pause(
    name: JobName,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Stops starting runs; a run in progress continues."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        paused = markup(scheduler.pause(name))
        say(f"{paused} is paused: `fcn schedule resume {paused}` continues it.")


@app.command()
def resume(
    name: JobName,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Starts runs again. Of the runs missed meanwhile, only the last is made up for."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        resumed = markup(scheduler.resume(name))
        say(f"{resumed} runs again: at its next time, and now if it missed one while paused.")


@app.command()
def delete(
    name: JobName,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Deletes a recurring run. The runs that it started stay."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        say(f"{markup(scheduler.delete(name))} is deleted; its runs stay.")


def watch(scheduler: Scheduler, run_id: str, every: float) -> None:
    """Prints the changes of a run. Exits with 1 unless it succeeds."""
    try:
        for change in scheduler.follow(run_id, every=every):
            tables.show_change(change, console)
    except KeyboardInterrupt:
        say(f"No longer following; the run goes on: `fcn schedule follow {markup(run_id)}`.")
        raise typer.Exit(INTERRUPTED) from None
    if change.state != SUCCEEDED:
        raise typer.Exit(FAILED)


def show_default_root(request: RunRequest) -> None:
    """Prints which root applies if none is given: the backend ignores the compiled file's."""
    if not request.pipeline_root:
        say(
            "No --pipeline-root: artifacts go to the cluster's own root, which is "
            "minio://mlpipeline/v2/artifacts unless its config map kfp-launcher names another."
        )
