"""The Kubernetes settings of each step's pods: the second document of a compiled pipeline."""

from __future__ import annotations

from collections.abc import Iterable

from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig as PodConfig
from kfp.pipeline_spec.pipeline_spec_pb2 import PlatformSpec

from pipeline.kubeflow.cluster import DOUBTS, ClusterSettings, Gpu, Secret, Volume
from pipeline.kubeflow.compiled import KUBERNETES
from pipeline.kubeflow.messages import as_json

# The older track's kfp-kubernetes lacks the field: there only the image's user is not root.
HAS_SECURITY_CONTEXT = "security_context" in PodConfig.DESCRIPTOR.fields_by_name


def build_platform(cluster: ClusterSettings, steps: Iterable[str]) -> PlatformSpec:
    """The settings of all steps' pods, and of steps that only the settings name."""
    spec = PlatformSpec()
    executors = spec.platforms[KUBERNETES].deployment_spec.executors
    for name in sorted({*steps, *list_named_steps(cluster)}):
        executors[f"{name}_executor"].update(as_json(build_pod(cluster, name)))
    return spec


def list_named_steps(cluster: ClusterSettings) -> set[str]:
    """The steps that the settings name, and that every experiment has."""
    parts: tuple[Volume | Secret, ...] = (*cluster.volumes, *cluster.secrets)
    return {*cluster.steps, *(step for part in parts for step in part.steps)} - {DOUBTS}


def build_pod(cluster: ClusterSettings, step: str) -> PodConfig:
    """The settings of one step's pods."""
    config = PodConfig(
        image_pull_policy=cluster.pull_policy,
        active_deadline_seconds=cluster.find_step_settings(step).timeout_seconds,
    )
    config.pod_metadata.labels.update(cluster.labels)
    for name in cluster.pull_secrets:
        config.image_pull_secret.add(secret_name=name)
    for volume in select_parts(step, cluster.volumes):
        config.pvc_mount.add(constant=volume.claim, mount_path=volume.mount_path)
    for secret in select_parts(step, cluster.secrets):
        added = config.secret_as_env.add(secret_name=secret.name)
        for variable, key in secret.env.items():
            added.key_to_env.add(secret_key=key, env_var=variable)
    if cluster.find_step_settings(step).gpus:
        place_on_gpu_node(config, cluster.gpu)
    if HAS_SECURITY_CONTEXT:
        config.security_context.run_as_non_root = True
        if cluster.run_as_user:
            config.security_context.run_as_user = cluster.run_as_user
    return config


def select_parts(step: str, parts: Iterable[Volume | Secret]) -> list:
    """The volumes or secrets of a step: those that name it, and those that name no step."""
    return [part for part in parts if step in part.steps or not part.steps]


def place_on_gpu_node(config: PodConfig, gpu: Gpu) -> None:
    """Tolerates the taint of nodes with a GPU, and enlarges the data loaders' shared memory."""
    config.node_selector.labels.update(gpu.node_labels)
    config.tolerations.add(key=gpu.resource, operator="Exists", effect="NoSchedule")
    # The backend ignores `enabled_shared_memory`, the field made for this.
    config.empty_dir_mounts.add(
        volume_name="shared-memory",
        mount_path="/dev/shm",
        medium="Memory",
        size_limit=gpu.shared_memory,
    )
