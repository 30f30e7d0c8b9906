"""The commands `fcn schedule ...`: compiled pipelines on a cluster, now and on a schedule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipeline.cli.options import console
from pipeline.cli.schedule_options import TimeZone, on_cluster, time_zone
from pipeline.exit_codes import FAILED
from pipeline.kubeflow.schedule import tables
from pipeline.kubeflow.schedule.follow import SUCCEEDED
from pipeline.kubeflow.schedule.run_request import RunRequest

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.scheduler import Scheduler

INTERRUPTED = 130  # As shells say it of Ctrl-C.

app = typer.Typer(
    help="Uploads pipelines to Kubeflow, runs them, and makes recurring runs.",
    no_args_is_help=True,
)

Pipeline = Annotated[str, typer.Argument(metavar="NAME", help="A pipeline that was uploaded.")]
JobName = Annotated[str, typer.Argument(metavar="NAME", help="A recurring run, or its id.")]
Version = Annotated[str, typer.Option(metavar="NAME", help="The newest if not given.")]
Parameters = Annotated[
    list[str], typer.Option("--param", metavar="NAME=VALUE", help="A parameter. Repeatable.")
]
Root = Annotated[
    str,
    typer.Option(
        envvar="FCN_PIPELINE_ROOT",
        metavar="URI",
        help="Where artifacts go: minio://, s3:// or gs://BUCKET/PREFIX; else the cluster's own.",
    ),
]
Experiment = Annotated[
    str, typer.Option(metavar="NAME", help="Groups runs; the pipeline's name if not given.")
]
Every = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.01, help="How often the run is looked at.")
]
Account = Annotated[
    str, typer.Option(metavar="NAME", help="The service account that the steps run as.")
]


@app.command()
@on_cluster
def upload(
    scheduler: Scheduler,
    package: Annotated[Path, typer.Argument(metavar="FILE", help="What `fcn compile` wrote.")],
    pipeline: Annotated[
        str, typer.Option(metavar="NAME", help="The name in the file if not given.")
    ] = "",
    version: Annotated[
        str, typer.Option(metavar="NAME", help="Made from the content if not given.")
    ] = "",
) -> None:
    """Makes a pipeline of a compiled file, or a new version of the pipeline."""
    done = scheduler.upload(package, pipeline=pipeline, version=version)
    state = "is there now" if done.is_new else "was there already, with the same content"
    say(f"Version {escape(done.version)} of {escape(done.pipeline)} {state}: {escape(done.link)}")
    if done.newest:
        say(f"The newest is {escape(done.newest)}: name this one by --version to run it.")


@app.command()
@on_cluster
def run(
    scheduler: Scheduler,
    name: Pipeline,
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: Root = "",
    experiment: Experiment = "",
    service_account: Account = "",
    wait: Annotated[
        bool,
        typer.Option("--wait", "--follow", help="Prints what changes, until the run has ended."),
    ] = False,
    every: Every = 5.0,
) -> None:
    """Runs a pipeline now. With --wait the exit code is 0 only for a run that succeeded."""
    request = RunRequest(
        pipeline=name,
        version=version,
        parameters=tuple(parameters),
        pipeline_root=pipeline_root,
        experiment=experiment,
        service_account=service_account,
    )
    started = scheduler.run(request)
    link = escape(scheduler.link(started.id))
    say(f"Run {escape(started.name)} of version {escape(started.version)}: {link}")
    say_root(request)
    if wait:
        watch(scheduler, started.id, every)


@app.command()
@on_cluster
def follow(
    scheduler: Scheduler,
    run_id: Annotated[str, typer.Argument(metavar="ID", help="A run's: the end of its link.")],
    every: Every = 5.0,
) -> None:
    """Prints what changes in a run until it has ended; exit code 0 only if it succeeded."""
    watch(scheduler, run_id, every)


@app.command()
@on_cluster
def create(
    scheduler: Scheduler,
    name: Pipeline,
    cron: Annotated[str, typer.Argument(metavar="CRON", help="Five fields, or @daily.")],
    job: Annotated[
        str, typer.Option(metavar="NAME", help="Of the recurring run; the pipeline's if not given.")
    ] = "",
    version: Version = "",
    parameters: Parameters = [],  # noqa: B006
    pipeline_root: Root = "",
    experiment: Experiment = "",
    service_account: Account = "",
    zone: TimeZone = "UTC",
    replace: Annotated[
        bool, typer.Option("--replace", help="Takes the place of the one of the same name.")
    ] = False,
) -> None:
    """Makes a recurring run of one version: at most one run at a time, no catch-up."""
    shown_in = time_zone(zone)
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
    say_root(request)


@app.command("list")
@on_cluster
def show(
    scheduler: Scheduler,
    zone: TimeZone = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prints the recurring runs, and when they run next."""
    shown_in = time_zone(zone)
    jobs = scheduler.jobs()
    if as_json:
        typer.echo(json.dumps(tables.build_rows(jobs, shown_in), indent=2))
    else:
        tables.show_jobs(jobs, shown_in, console)


@app.command()
@on_cluster
def pause(scheduler: Scheduler, name: JobName) -> None:
    """Starts no more runs; one that runs goes on."""
    paused = escape(scheduler.pause(name))
    say(f"{paused} is paused: `fcn schedule resume {paused}` goes on with it.")


@app.command()
@on_cluster
def resume(scheduler: Scheduler, name: JobName) -> None:
    """Starts runs again: of the times that were missed, only the last is made up for."""
    resumed = escape(scheduler.resume(name))
    say(f"{resumed} runs again: at its next time, and now if it missed one while it was paused.")


@app.command()
@on_cluster
def delete(scheduler: Scheduler, name: JobName) -> None:
    """Deletes a recurring run. The runs that it made stay."""
    say(f"{escape(scheduler.delete(name))} is deleted; its runs stay.")


def watch(scheduler: Scheduler, run_id: str, every: float) -> None:
    """Prints the changes of a run; leaves with 1 if it ends in any other way than well."""
    try:
        for change in scheduler.follow(run_id, every=every):
            tables.show_change(change, console)
    except KeyboardInterrupt:
        say(f"No longer followed; the run goes on: `fcn schedule follow {escape(run_id)}`.")
        raise typer.Exit(INTERRUPTED) from None
    if change.state != SUCCEEDED:
        raise typer.Exit(FAILED)


def say_root(request: RunRequest) -> None:
    """A YAML's own root is ignored by the backend: a person is told which one counts."""
    if not request.pipeline_root:
        say(
            "No --pipeline-root: artifacts go to the cluster's own root, which is "
            "minio://mlpipeline/v2/artifacts unless its config map kfp-launcher names another."
        )


def say(text: str) -> None:
    """One line, as long as it is."""
    console.print(text, highlight=False, soft_wrap=True)
