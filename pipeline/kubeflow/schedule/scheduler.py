"""Uploads, runs and schedules compiled pipelines through the kfp client, and follows runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.kubeflow.schedule import cron
from pipeline.kubeflow.schedule.api import Api, the_one
from pipeline.kubeflow.schedule.errors import ScheduleError, WrongUseError
from pipeline.kubeflow.schedule.follow import Change, changes
from pipeline.kubeflow.schedule.jobs import Job, job_of
from pipeline.kubeflow.schedule.package import CompiledFile
from pipeline.kubeflow.schedule.parameters import root, values
from pipeline.kubeflow.schedule.run_request import RunRequest, Started, Uploaded

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.client import Client

# At most one run at a time. A text, as the API's description has its 64-bit numbers.
ONE = "1"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a run is made of, as the kfp client takes it."""

    version: str
    arguments: dict[str, Any]


class Scheduler:
    """The pipelines, runs and recurring runs of one installation."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._api = Api(client)

    def upload(self, path: Path, *, pipeline: str = "", version: str = "") -> Uploaded:
        """Makes the pipeline, or a version of it, called by its content if nobody names it.

        What is there already, and has no name to get, is left as it is.
        """
        package = CompiledFile.read(path)
        name = pipeline or package.name
        found = [one for one in self._api.pipelines() if one.display_name == name]
        if not found:
            return self._first_version(replace(package, name=name), version)
        known = the_one("pipeline", name, found, "pipeline_id")
        versions = self._api.versions(known.pipeline_id)
        if version in {one.display_name for one in versions}:
            raise WrongUseError(f"{name} has a version {version} already: give another --version.")
        same = [one for one in versions if package.is_in(one)]
        if same and not version:
            newest = "" if same[-1] is versions[-1] else versions[-1].display_name
            return replace(self._uploaded(known, same[-1]), is_new=False, newest=newest)
        return self._next_version(known, path, version or package.digest)

    def run(self, request: RunRequest) -> Started:
        """Starts a run now."""
        source = self._source(request)
        name = f"{request.pipeline} {datetime.now(timezone.utc):%Y-%m-%d %H-%M-%S}"
        made = self._api.ask(self._client.run_pipeline, job_name=name, **source.arguments)
        return Started(id=made.run_id, name=name, version=source.version)

    def link(self, run_id: str) -> str:
        """Where a person looks at a run."""
        return f"{self._api.host}/#/runs/details/{run_id}"

    def follow(self, run_id: str, *, every: float) -> Iterator[Change]:
        """What changes in a run until it has ended, asked for every so many seconds."""
        return changes(lambda: self._api.ask(self._client.get_run, run_id), every=every)

    def create(
        self, request: RunRequest, schedule: str, *, job: str = "", replaces: bool = False
    ) -> Job:
        """Makes a recurring run, of a cron expression in five fields.

        One of the same name is refused or, if this one `replaces` it, deleted once this one is
        there; was it paused, then so is this one.
        """
        expression = six_fields(schedule)
        name = job or request.pipeline
        same = [one for one in self._api.jobs() if one.display_name == name]
        if same and not replaces:
            raise WrongUseError(
                f"There is a recurring run {name} already, and it keeps its version: --replace "
                "puts this one in its place, --job NAME makes another one beside it."
            )
        old = the_one("recurring run", name, same, "recurring_run_id") if same else None
        made = self._recurring(request, name, expression, enabled=not old or job_of(old).enabled)
        if old:
            self._delete_replaced(old, made)
        return made

    def jobs(self) -> list[Job]:
        """All recurring runs, with the names of what they run."""
        found = self._api.jobs()
        names = {one.pipeline_id: one.display_name for one in self._api.pipelines()}
        used = {job_of(one).pipeline for one in found} & names.keys()
        versions = {
            version.pipeline_version_id: version.display_name
            for pipeline_id in used
            for version in self._api.versions(pipeline_id)
        }
        jobs = map(job_of, found)
        return [
            replace(
                job,
                pipeline=names.get(job.pipeline, job.pipeline),
                version=versions.get(job.version, job.version),
            )
            for job in jobs
        ]

    def pause(self, name: str) -> str:
        """No more runs start; the one that runs goes on. Returns the name."""
        return self._change(name, self._client.disable_recurring_run)

    def resume(self, name: str) -> str:
        """Runs start again: at once if a time was missed meanwhile, and only for the last such."""
        return self._change(name, self._client.enable_recurring_run)

    def delete(self, name: str) -> str:
        """Deletes a recurring run; its runs stay."""
        return self._change(name, self._client.delete_recurring_run)

    def _change(self, name: str, method: Any) -> str:
        found = the_one("recurring run", name, self._api.jobs(), "recurring_run_id")
        self._api.ask(method, found.recurring_run_id)
        return str(found.display_name)

    def _source(self, request: RunRequest) -> Source:
        """Looks up what is named; nothing is made on the cluster before all of it is good."""
        pipeline_root = root(request.pipeline_root)
        found = the_one("pipeline", request.pipeline, self._api.pipelines(), "pipeline_id")
        versions = self._api.versions(found.pipeline_id)
        if not versions:
            raise WrongUseError(f"{request.pipeline} has no version: `fcn schedule upload` one.")
        version = (
            the_one("version", request.version, versions, "pipeline_version_id")
            if request.version
            else versions[-1]
        )
        arguments = {
            "params": values(request.parameters, version.pipeline_spec),
            "pipeline_root": pipeline_root,
            "pipeline_id": found.pipeline_id,
            "version_id": version.pipeline_version_id,
            "service_account": request.service_account or None,
            "experiment_id": self._api.experiment(request.experiment or found.display_name),
        }
        return Source(version=version.display_name, arguments=arguments)

    def _recurring(self, request: RunRequest, name: str, expression: str, *, enabled: bool) -> Job:
        source = self._source(request)
        made = self._api.ask(
            self._client.create_recurring_run,
            job_name=name,
            cron_expression=expression,
            max_concurrency=ONE,
            no_catchup=True,
            enabled=enabled,
            **source.arguments,
        )
        return replace(job_of(made), pipeline=request.pipeline, version=source.version)

    def _delete_replaced(self, old: Any, made: Job) -> None:
        """The old one goes last: a cluster that fails here has two, not none."""
        try:
            self._api.ask(self._client.delete_recurring_run, old.recurring_run_id)
        except ScheduleError as error:
            raise type(error)(
                f"The new recurring run {made.name} is there ({made.id}), and so is the old one: "
                f"delete it with `fcn schedule delete {old.recurring_run_id}`. {error}"
            ) from error

    def _first_version(self, package: CompiledFile, version: str) -> Uploaded:
        """A new pipeline, whose first version the server calls as the pipeline.

        Where another name is asked for, it is a second version of the same content.
        """
        made = self._api.ask(
            self._client.upload_pipeline,
            str(package.path),
            pipeline_name=package.name,
            namespace=self._api.namespace,
        )
        if version:
            return self._next_version(made, package.path, version)
        return self._uploaded(made, self._api.versions(made.pipeline_id)[-1])

    def _next_version(self, pipeline: Any, path: Path, version: str) -> Uploaded:
        made = self._api.ask(
            self._client.upload_pipeline_version,
            str(path),
            version,
            pipeline_id=pipeline.pipeline_id,
        )
        return self._uploaded(pipeline, made)

    def _uploaded(self, pipeline: Any, version: Any) -> Uploaded:
        ids = f"{pipeline.pipeline_id}/version/{version.pipeline_version_id}"
        return Uploaded(
            pipeline=pipeline.display_name,
            version=version.display_name,
            link=f"{self._api.host}/#/pipelines/details/{ids}",
        )


def six_fields(schedule: str) -> str:
    """The controller's expression; one that it cannot read is refused."""
    try:
        return cron.six_fields(schedule)
    except ValueError as error:
        raise WrongUseError(str(error)) from error
