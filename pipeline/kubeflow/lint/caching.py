"""Caching: that no step which acts, or looks outside its inputs, is left out for an old result."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.kubeflow.compiled import Package
from pipeline.kubeflow.lint import roles


def problems(package: Package) -> Iterator[str]:
    """Of each task."""
    for task in package.tasks():
        reason = roles.reason_to_run(task)
        if reason and task.spec.caching_options.enable_cache:
            yield (
                f"{task.name}: the cache may take its place, and {reason}: set "
                "cachingOptions.enableCache to false."
            )
