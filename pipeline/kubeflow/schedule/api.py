"""The API through kfp's client: asked in silence, page by page, with errors in words."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pipeline.kubeflow.schedule.errors import WrongUseError, in_words

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.client import Client

PAGE = 100
LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class Api:
    """What one installation holds, in the namespace of whoever asks."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.host = client.place.host
        self.namespace = client.place.namespace or None

    def ask(self, method: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """What a method of the client answers; the links that it prints are lost."""
        with redirect_stdout(io.StringIO()), in_words(self.host, self.client.place.secret()):
            return method(*args, **options)

    def pipelines(self) -> list[Any]:
        """All pipelines of the namespace."""
        return self._pages("pipelines", self.client.list_pipelines, namespace=self.namespace)

    def versions(self, pipeline_id: str) -> list[Any]:
        """All versions of a pipeline, the newest last."""
        method = self.client.list_pipeline_versions
        found = self._pages("pipeline_versions", method, pipeline_id=pipeline_id)
        return sorted(found, key=lambda version: version.created_at or LONG_AGO)

    def jobs(self) -> list[Any]:
        """All recurring runs of the namespace."""
        method = self.client.list_recurring_runs
        return self._pages("recurring_runs", method, namespace=self.namespace)

    def experiment(self, name: str) -> str:
        """The id of an experiment, made if there is none of the name."""
        make = self.client.create_experiment
        return str(self.ask(make, name, namespace=self.namespace).experiment_id)

    def _pages(self, field: str, method: Callable[..., Any], **options: Any) -> list[Any]:
        """What all pages of a list hold together."""
        found: list[Any] = []
        token = ""
        while True:
            page = self.ask(method, page_token=token, page_size=PAGE, **options)
            found += getattr(page, field) or []
            token = page.next_page_token
            if not token:
                return found


def the_one(kind: str, name: str, found: Sequence[Any], id_field: str) -> Any:
    """The one of this name or id; WrongUseError names those that there are."""
    same = [one for one in found if name in (one.display_name, getattr(one, id_field))]
    if len(same) == 1:
        return same[0]
    if same:
        ids = ", ".join(getattr(one, id_field) for one in same)
        raise WrongUseError(f"There are {len(same)} {kind}s {name}: give the id of one, {ids}.")
    names = ", ".join(sorted({str(one.display_name) for one in found})) or "none"
    raise WrongUseError(f"There is no {kind} {name}; there are: {names}.")
