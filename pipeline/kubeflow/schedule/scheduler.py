"""Uploads, runs and schedules compiled pipelines through the kfp client, and follows runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.kubeflow.schedule import cron
from pipeline.kubeflow.schedule.api import Api, find_one
from pipeline.kubeflow.schedule.compiled_file import CompiledFile
from pipeline.kubeflow.schedule.errors import ScheduleError, WrongUseError
from pipeline.kubeflow.schedule.follow import Change, watch_changes
from pipeline.kubeflow.schedule.jobs import Job, read_job
from pipeline.kubeflow.schedule.parameters import check_root, read_values
from pipeline.kubeflow.schedule.run_request import RunRequest, StartedRun, UploadedVersion

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.client import KfpClient

ONE = "1"  # The limit on runs at a time. The API has 64-bit numbers as text.


@dataclass(frozen=True, kw_only=True)
class PreparedRun:
    """The pipeline version and settings of a run, as the kfp client's arguments."""

    version: str
    arguments: dict[str, Any]


class Scheduler:
    """The pipelines, runs and recurring runs of one installation."""

    def __init__(self, client: KfpClient) -> None:
        self._client = client
        self._api = Api(client)

    def upload(self, path: Path, *, pipeline: str = "", version: str = "") -> UploadedVersion:
        """Creates the pipeline, or a version of it; by default its digest is the version's name.

        Without a given name, content that is already there is not uploaded again.
        """
        file = CompiledFile.read(path)
        name = pipeline or file.name
        found = [one for one in self._api.list_pipelines() if one.display_name == name]
        if not found:
            return self._create_pipeline(replace(file, name=name), version)
        known = find_one("pipeline", name, found, "pipeline_id")
        versions = self._api.list_versions(known.pipeline_id)
        if version in {one.display_name for one in versions}:
            raise WrongUseError(f"{name} already has a version {version}: give another --version.")
        same = [one for one in versions if file.is_in(one)]
        if same and not version:
            newest = "" if same[-1] is versions[-1] else versions[-1].display_name
            return replace(self._describe(known, same[-1]), is_new=False, newest=newest)
        return self._upload_version(known, path, version or file.digest)

    def run(self, request: RunRequest) -> StartedRun:
        """Starts a run now."""
        prepared = self._prepare(request)
        name = f"{request.pipeline} {datetime.now(timezone.utc):%Y-%m-%d %H-%M-%S}"
        made = self._api.ask(self._client.run_pipeline, job_name=name, **prepared.arguments)
        return StartedRun(id=made.run_id, name=name, version=prepared.version)

    def build_link(self, run_id: str) -> str:
        """The URL of the run's page in the user interface."""
        return f"{self._api.host}/#/runs/details/{run_id}"

    def follow(self, run_id: str, *, every: float) -> Iterator[Change]:
        """The changes of a run until it has ended; polls each `every` seconds."""
        return watch_changes(lambda: self._api.ask(self._client.get_run, run_id), every=every)

    def create(
        self, request: RunRequest, schedule: str, *, job: str = "", replaces: bool = False
    ) -> Job:
        """Creates a recurring run from a cron expression in five fields.

        Raises WrongUseError if the name exists, unless this one `replaces` it: then the old one is
        deleted after the new one is created. If the old one was paused, the new one is too.
        """
        expression = read_schedule(schedule)
        name = job or request.pipeline
        same = [one for one in self._api.list_jobs() if one.display_name == name]
        if same and not replaces:
            raise WrongUseError(
                f"The recurring run {name} already exists: replace it with --replace, or create "
                "another one with --job NAME."
            )
        old = find_one("recurring run", name, same, "recurring_run_id") if same else None
        made = self._create(request, name, expression, enabled=not old or read_job(old).enabled)
        if old:
            self._delete_replaced(old, made)
        return made

    def list_jobs(self) -> list[Job]:
        """All recurring runs, with the names of their pipelines and versions."""
        found = self._api.list_jobs()
        names = {one.pipeline_id: one.display_name for one in self._api.list_pipelines()}
        used = {read_job(one).pipeline for one in found} & names.keys()
        versions = {
            version.pipeline_version_id: version.display_name
            for pipeline_id in used
            for version in self._api.list_versions(pipeline_id)
        }
        jobs = map(read_job, found)
        return [
            replace(
                job,
                pipeline=names.get(job.pipeline, job.pipeline),
                version=versions.get(job.version, job.version),
            )
            for job in jobs
        ]

    def pause(self, name: str) -> str:
        """Starts no more runs; a current run continues. Returns the name."""
        return self._change(name, self._client.disable_recurring_run)

    def resume(self, name: str) -> str:
        """Starts runs again; if any were missed, only the last of them starts, at once."""
        return self._change(name, self._client.enable_recurring_run)

    def delete(self, name: str) -> str:
        """Deletes a recurring run; its runs stay."""
        return self._change(name, self._client.delete_recurring_run)

    def _change(self, name: str, method: Any) -> str:
        found = find_one("recurring run", name, self._api.list_jobs(), "recurring_run_id")
        self._api.ask(method, found.recurring_run_id)
        return str(found.display_name)

    def _prepare(self, request: RunRequest) -> PreparedRun:
        """Finds what the request names; creates the experiment last, if all else is valid."""
        pipeline_root = check_root(request.pipeline_root)
        found = find_one("pipeline", request.pipeline, self._api.list_pipelines(), "pipeline_id")
        versions = self._api.list_versions(found.pipeline_id)
        if not versions:
            raise WrongUseError(
                f"{request.pipeline} has no version: upload one with `fcn schedule upload`."
            )
        version = (
            find_one("version", request.version, versions, "pipeline_version_id")
            if request.version
            else versions[-1]
        )
        arguments = {
            "params": read_values(request.parameters, version.pipeline_spec),
            "pipeline_root": pipeline_root,
            "pipeline_id": found.pipeline_id,
            "version_id": version.pipeline_version_id,
            "service_account": request.service_account or None,
            "experiment_id": self._api.ensure_experiment(request.experiment or found.display_name),
        }
        return PreparedRun(version=version.display_name, arguments=arguments)

    def _create(self, request: RunRequest, name: str, expression: str, *, enabled: bool) -> Job:
        prepared = self._prepare(request)
        made = self._api.ask(
            self._client.create_recurring_run,
            job_name=name,
            cron_expression=expression,
            max_concurrency=ONE,
            no_catchup=True,
            enabled=enabled,
            **prepared.arguments,
        )
        return replace(read_job(made), pipeline=request.pipeline, version=prepared.version)

    def _delete_replaced(self, old: Any, made: Job) -> None:
        """Deletes the old one last: after a failure there are two recurring runs, not none."""
        try:
            self._api.ask(self._client.delete_recurring_run, old.recurring_run_id)
        except ScheduleError as error:
            raise type(error)(
                f"The new recurring run {made.name} ({made.id}) was created, but the old one was "
                f"not deleted: delete it with `fcn schedule delete {old.recurring_run_id}`. {error}"
            ) from error

    def _create_pipeline(self, file: CompiledFile, version: str) -> UploadedVersion:
        """Creates a pipeline. The server gives its first version the pipeline's name.

        For another name, this uploads the same content as a second version.
        """
        made = self._api.ask(
            self._client.upload_pipeline,
            str(file.path),
            pipeline_name=file.name,
            namespace=self._api.namespace,
        )
        if version:
            return self._upload_version(made, file.path, version)
        return self._describe(made, self._api.list_versions(made.pipeline_id)[-1])

    def _upload_version(self, pipeline: Any, path: Path, version: str) -> UploadedVersion:
        made = self._api.ask(
            self._client.upload_pipeline_version,
            str(path),
            version,
            pipeline_id=pipeline.pipeline_id,
        )
        return self._describe(pipeline, made)

    def _describe(self, pipeline: Any, version: Any) -> UploadedVersion:
        ids = f"{pipeline.pipeline_id}/version/{version.pipeline_version_id}"
        return UploadedVersion(
            pipeline=pipeline.display_name,
            version=version.display_name,
            link=f"{self._api.host}/#/pipelines/details/{ids}",
        )


def read_schedule(schedule: str) -> str:
    """The controller's expression. Raises WrongUseError for one that it cannot read."""
    try:
        return cron.add_seconds(schedule)
    except ValueError as error:
        raise WrongUseError(str(error)) from error
