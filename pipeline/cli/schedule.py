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
    ExperimentName,
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
from pipeline.exit_codes import FAILED, INTERRUPTED
from pipeline.kubeflow.schedule import tables
from pipeline.kubeflow.schedule.follow import SUCCEEDED
from pipeline.kubeflow.schedule.run_request import RunRequest
from serving.printable import markup
from serving.terminal import console, say

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.scheduler import Scheduler


app = typer.Typer(
    help="Uploads pipelines to Kubeflow, runs them, and makes recurring runs.",
    no_args_is_help=True,
)


@app.command()
def upload(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Compiled pipeline, written by `fcn compile`."),
    ],
    pipeline: Annotated[
        str,
        typer.Option(metavar="NAME", help="Name of the pipeline. Default: the name in the file."),
    ] = "",
    version: Annotated[
        str,
        typer.Option(metavar="NAME", help="Name of the version. Default: a hash of the content."),
    ] = "",
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Uploads a compiled file as a new pipeline, or as a new version of one."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        done = scheduler.upload(file, pipeline=pipeline, version=version)
        state = "was uploaded" if done.is_new else "already exists with the same content"
        version, link = markup(done.version), markup(done.link)
        say(f"Version {version} of {markup(done.pipeline)} {state}: {link}")
        if done.newest:
            newest = markup(done.newest)
            say(
                f"Version {newest} is newer and runs by default. To run this one: "
                f"--version {version}."
            )


@app.command()
def run(
    name: PipelineName,
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: PipelineRoot = "",
    experiment: ExperimentName = "",
    service_account: Account = "",
    wait: Annotated[
        bool,
        typer.Option("--wait", "--follow", help="Prints each change of the run until it ends."),
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
        link = markup(scheduler.build_link(started.id))
        say(f"Run {markup(started.name)} of version {markup(started.version)}: {link}")
        show_default_root(request)
        if wait:
            watch(scheduler, started.id, every)


@app.command()
def follow(
    run_id: Annotated[
        str, typer.Argument(metavar="ID", help="ID of the run: the last part of its link.")
    ],
    every: Every = 5.0,
    host: Host = "",
    namespace: Namespace = "",
    token_file: TokenFile = None,
    ca: CaFile = None,
) -> None:
    """Prints each change of a run until it ends. The exit code is 0 only if it succeeded."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        watch(scheduler, run_id, every)


@app.command()
def create(
    name: PipelineName,
    cron: Annotated[str, typer.Argument(metavar="CRON", help="Five fields, or @daily.")],
    job: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Name of the recurring run. Default: the pipeline's name."
        ),
    ] = "",
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: PipelineRoot = "",
    experiment: ExperimentName = "",
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
    """Starts runs again. If runs were missed, only the most recent one is started now."""
    with open_scheduler(host, namespace, token_file, ca) as scheduler:
        resumed = markup(scheduler.resume(name))
        say(f"{resumed} is resumed. If it missed a run while paused, that run starts now.")


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
        again = f"`fcn schedule follow {markup(run_id)}`"
        say(f"Stopped following. The run continues; follow it again with {again}.")
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
