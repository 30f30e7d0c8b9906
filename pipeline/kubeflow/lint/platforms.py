"""The second document: that what it says reaches a pod."""

from __future__ import annotations

from collections.abc import Iterator

from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

from pipeline.kubeflow import compiled
from pipeline.kubeflow.compiled import KUBERNETES, Package, as_json


def problems(package: Package) -> Iterator[str]:
    """Of platforms, of labels of executors, and of fields."""
    for name in sorted(package.platform.platforms):
        if name != KUBERNETES:
            yield (
                f"The platform {name!r} is unknown to the backend, and its settings reach no pod: "
                f"write them under {KUBERNETES!r}."
            )
    for label, given in package.given_pods.items():
        if label not in package.given_executors:
            yield (
                f"{label}: Kubernetes settings for a step that does not exist, which the backend "
                f"drops in silence: name one of {sorted(package.given_executors)}."
            )
        refusal = compiled.find_refusal(as_json(given), KubernetesExecutorConfig)
        if refusal:
            yield (
                f"{label}: {refusal}, in its Kubernetes settings: take it out, correct it, or "
                "compile with a kfp-kubernetes that knows it."
            )
