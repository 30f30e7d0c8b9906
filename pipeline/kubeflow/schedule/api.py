"""Requests to the API through kfp's client: no output, all pages of a list, errors translated."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pipeline.kubeflow.schedule.errors import WrongUseError, translate_errors

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.client import KfpClient

PAGE = 100
LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class Api:
    """One installation's pipelines, versions, experiments and recurring runs, in one namespace."""

    def __init__(self, client: KfpClient) -> None:
        self.client = client
        self.host = client.endpoint.host
        self.namespace = client.endpoint.namespace or None

    def ask(self, method: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Calls a method of the client, without the links that it prints."""
        token = self.client.endpoint.read_token()
        with redirect_stdout(io.StringIO()), translate_errors(self.host, token):
            return method(*args, **options)

    def list_pipelines(self) -> list[Any]:
        """All pipelines of the namespace."""
        return self._list_pages("pipelines", self.client.list_pipelines, namespace=self.namespace)

    def list_versions(self, pipeline_id: str) -> list[Any]:
        """All versions of a pipeline, the newest last."""
        method = self.client.list_pipeline_versions
        found = self._list_pages("pipeline_versions", method, pipeline_id=pipeline_id)
        return sorted(found, key=lambda version: version.created_at or LONG_AGO)

    def list_jobs(self) -> list[Any]:
        """All recurring runs of the namespace."""
        method = self.client.list_recurring_runs
        return self._list_pages("recurring_runs", method, namespace=self.namespace)

    def ensure_experiment(self, name: str) -> str:
        """The ID of the experiment, which is created if it does not exist."""
        create = self.client.create_experiment
        return str(self.ask(create, name, namespace=self.namespace).experiment_id)

    def _list_pages(self, field: str, method: Callable[..., Any], **options: Any) -> list[Any]:
        """The items of all pages of a list."""
        found: list[Any] = []
        token = ""
        while True:
            page = self.ask(method, page_token=token, page_size=PAGE, **options)
            found += getattr(page, field) or []
            token = page.next_page_token
            if not token:
                return found


def find_one(kind: str, name: str, found: Sequence[Any], id_field: str) -> Any:
    """The one with this name or ID. Raises WrongUseError with the existing names."""
    same = [one for one in found if name in (one.display_name, getattr(one, id_field))]
    if len(same) == 1:
        return same[0]
    if same:
        ids = ", ".join(getattr(one, id_field) for one in same)
        raise WrongUseError(f"{len(same)} {kind}s are named {name}: give one of their IDs: {ids}.")
    if not found:
        raise WrongUseError(f"No {kind} is named {name}: there are no {kind}s yet.")
    names = ", ".join(sorted({str(one.display_name) for one in found}))
    raise WrongUseError(f"No {kind} is named {name}: choose one of {names}.")
