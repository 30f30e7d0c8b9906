"""The commands `fcn schedule ...`: run compiled pipelines on a cluster, once or on a schedule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.cluster_command import ClusterCommand, open_scheduler
from pipeline.cli.schedule_options import (
    Account,
    CompiledPath,
    Cron,
    Every,
    ExperimentName,
    JobName,
    NewJobName,
    Parameters,
    PipelineName,
    PipelineRoot,
    Replace,
    RunId,
    TimeZone,
    UploadName,
    UploadVersion,
    Version,
    Wait,
    read_time_zone,
)
from pipeline.exit_codes import FAILED, INTERRUPTED
from pipeline.kubeflow.schedule import tables
from pipeline.kubeflow.schedule.follow import SUCCEEDED
from pipeline.kubeflow.schedule.run_request import RunRequest
from serving.printable import markup
from serving.terminal import console, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from pipeline.kubeflow.schedule.jobs import Job
    from pipeline.kubeflow.schedule.scheduler import Scheduler


app = typer.Typer(
    help="Uploads pipelines to Kubeflow, runs them, and makes recurring runs.",
    no_args_is_help=True,
)


@app.command(cls=ClusterCommand)
def upload(
    ctx: typer.Context,
    file: CompiledPath,
    pipeline: UploadName = "",
    version: UploadVersion = "",
) -> None:
    """Uploads a compiled file as a new pipeline, or as a new version of one."""
    with open_scheduler(ctx) as scheduler:
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


@app.command(cls=ClusterCommand)
def run(
    ctx: typer.Context,
    name: PipelineName,
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: PipelineRoot = "",
    experiment: ExperimentName = "",
    service_account: Account = "",
    wait: Wait = False,
    every: Every = 5.0,
) -> None:
    """Runs a pipeline now. With --wait the exit code is 0 only for a run that succeeded."""
    with open_scheduler(ctx) as scheduler:
        request = RunRequest(
            pipeline=name,
            version=version,
            parameters=tuple(parameters),
            pipeline_root=pipeline_root,
            experiment=experiment,
            service_account=service_account,
        )
        run_id = start(scheduler, request)
        if wait:
            watch(scheduler, run_id, every)


@app.command(cls=ClusterCommand)
def follow(ctx: typer.Context, run_id: RunId, every: Every = 5.0) -> None:
    """Prints each change of a run until it ends. The exit code is 0 only if it succeeded."""
    with open_scheduler(ctx) as scheduler:
        watch(scheduler, run_id, every)


@app.command(cls=ClusterCommand)
def create(
    ctx: typer.Context,
    name: PipelineName,
    cron: Cron,
    job: NewJobName = "",
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: PipelineRoot = "",
    experiment: ExperimentName = "",
    service_account: Account = "",
    zone: TimeZone = "UTC",
    replace: Replace = False,
) -> None:
    """Creates a recurring run of one version: at most one run at a time, no catch-up."""
    with open_scheduler(ctx) as scheduler:
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
        show_created(made, shown_in, request)


@app.command("list", cls=ClusterCommand)
def show(
    ctx: typer.Context,
    zone: TimeZone = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prints the recurring runs, and when they run next."""
    with open_scheduler(ctx) as scheduler:
        shown_in = read_time_zone(zone)
        jobs = scheduler.list_jobs()
        if as_json:
            typer.echo(json.dumps(tables.build_rows(jobs, shown_in), indent=2))
        else:
            tables.show_jobs(jobs, shown_in, console)


@app.command(cls=ClusterCommand)
def pause(ctx: typer.Context, name: JobName) -> None:
    """Stops starting runs; a run in progress continues."""
    with open_scheduler(ctx) as scheduler:
        paused = markup(scheduler.pause(name))
        say(f"{paused} is paused: `fcn schedule resume {paused}` continues it.")


@app.command(cls=ClusterCommand)
def resume(ctx: typer.Context, name: JobName) -> None:
    """Starts runs again. If runs were missed, only the most recent one is started now."""
    with open_scheduler(ctx) as scheduler:
        resumed = markup(scheduler.resume(name))
        say(f"{resumed} is resumed. If it missed a run while paused, that run starts now.")


@app.command(cls=ClusterCommand)
def delete(ctx: typer.Context, name: JobName) -> None:
    """Deletes a recurring run. The runs that it started stay."""
    with open_scheduler(ctx) as scheduler:
        say(f"{markup(scheduler.delete(name))} is deleted; its runs stay.")


def start(scheduler: Scheduler, request: RunRequest) -> str:
    """Starts a run and prints its link. Returns its ID."""
    started = scheduler.run(request)
    link = markup(scheduler.build_link(started.id))
    say(f"Run {markup(started.name)} of version {markup(started.version)}: {link}")
    show_default_root(request)
    return started.id


def show_created(made: Job, zone: ZoneInfo, request: RunRequest) -> None:
    """Prints a recurring run, and where its artifacts go."""
    tables.show_created(made, zone, console)
    show_default_root(request)


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
