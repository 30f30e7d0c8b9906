"""Kubernetes settings of the platform and of each step's pods, except volumes."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

from pipeline.kubeflow.compiled import KUBERNETES, CompiledPipeline, Step
from pipeline.kubeflow.lint import names
from pipeline.kubeflow.lint.rules import Problem
from pipeline.kubeflow.messages import as_json, find_refusal

PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")
HIDDEN = "is not shown here because it may be the secret itself"


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems in the settings of the platforms and of each step."""
    yield from check_platforms(pipeline)
    for step in pipeline.list_steps():
        yield from check_shared_memory(step)
        yield from check_user(step)
        yield from check_sources(step)
        yield from check_keys(step)
        yield from check_variables(step)
        yield from check_labels(step)
        if step.pod.image_pull_policy not in PULL_POLICIES:
            yield Problem(
                "bad-pull-policy",
                step.name,
                f"its imagePullPolicy {step.pod.image_pull_policy!r} is not accepted by "
                f"the driver: use one of {', '.join(PULL_POLICIES[1:])}.",
            )


def check_shared_memory(step: Step) -> Iterator[Problem]:
    """The backend never reads the setting that was made for it."""
    if step.pod.HasField("enabled_shared_memory"):
        yield Problem(
            "ignored-shared-memory",
            step.name,
            "the backend ignores enabledSharedMemory: use emptyDirMounts with medium "
            "Memory, a sizeLimit and mountPath /dev/shm.",
        )


def check_user(step: Step) -> Iterator[Problem]:
    """No step runs as root. Older messages lack the field: there the image decides."""
    if "security_context" not in step.pod.DESCRIPTOR.fields_by_name:
        return
    context = step.pod.security_context
    if context.HasField("run_as_user") and context.run_as_user == 0:
        yield Problem(
            "runs-as-root",
            step.name,
            "it runs as root: set securityContext.runAsUser to another user ID.",
        )
    if context.HasField("run_as_non_root") and not context.run_as_non_root:
        yield Problem(
            "runs-as-root",
            step.name,
            "it may run as root: set securityContext.runAsNonRoot to true.",
        )


def check_sources(step: Step) -> Iterator[Problem]:
    """Secrets and config maps have names."""
    named = (
        ("secretAsEnv", "secret_name", step.pod.secret_as_env),
        ("secretAsVolume", "secret_name", step.pod.secret_as_volume),
        ("imagePullSecret", "secret_name", step.pod.image_pull_secret),
        ("configMapAsEnv", "config_map_name", step.pod.config_map_as_env),
        ("configMapAsVolume", "config_map_name", step.pod.config_map_as_volume),
    )
    for field, name, parts in named:
        if any(
            not getattr(part, name) and not part.HasField(f"{name}_parameter") for part in parts
        ):
            yield Problem(
                "source-without-name",
                step.name,
                f"a {field} has no {name}, and the driver refuses it: add the name.",
            )
        written = [text for part in parts for text in list_names(part, name) if text]
        if not all(map(names.DNS_NAME.fullmatch, written)):
            yield Problem(
                "bad-source-name",
                step.name,
                f"Kubernetes refuses the {name} of a {field}, which {HIDDEN}: write "
                "its name in Kubernetes: lower-case letters, digits, hyphens and dots.",
            )


def list_names(part: Message, name: str) -> tuple[str, str]:
    """The name, and the constant of its parameter; empty strings if they are not known."""
    parameter = getattr(part, f"{name}_parameter")
    return getattr(part, name), parameter.runtime_value.constant.string_value


def check_keys(step: Step) -> Iterator[Problem]:
    """Each key of a secret is valid and has a variable."""
    for part in step.pod.secret_as_env:
        source = f"a secretAsEnv of {names.show(part.secret_name)}"
        if any(not pair.secret_key or not pair.env_var for pair in part.key_to_env):
            yield Problem(
                "incomplete-secret-key",
                step.name,
                f"{source} has an entry without a key or a variable: give secretKey and envVar.",
            )
        keys = [pair.secret_key for pair in part.key_to_env if pair.secret_key]
        if not all(map(names.KEY.fullmatch, keys)):
            yield Problem(
                "bad-secret-key",
                step.name,
                f"{source} has an invalid secretKey, which {HIDDEN}: write the key of the value in "
                "the secret: letters, digits and - _ . only.",
            )


def check_variables(step: Step) -> Iterator[Problem]:
    """Names of environment variables are valid, whatever sets them."""
    pod = step.pod
    given = {
        "its container's env": [variable.name for variable in step.container.env],
        "secretAsEnv": [pair.env_var for part in pod.secret_as_env for pair in part.key_to_env],
        "configMapAsEnv": [p.env_var for part in pod.config_map_as_env for p in part.key_to_env],
        "fieldPathAsEnv": [variable.name for variable in pod.field_path_as_env],
    }
    for place, variables in given.items():
        if not all(names.VARIABLE.fullmatch(variable) for variable in variables if variable):
            yield Problem(
                "bad-variable-name",
                step.name,
                f"{place} has an invalid name of an environment variable, which "
                f"{HIDDEN}: use letters, digits and _, and do not start with a digit.",
            )


def check_labels(step: Step) -> Iterator[Problem]:
    """Labels of pods, and of the nodes that they select."""
    places = (
        ("podMetadata", step.pod.pod_metadata.labels),
        ("nodeSelector", step.pod.node_selector.labels),
    )
    for place, labels in places:
        for key, value in sorted(labels.items()):
            flaw = names.find_label_flaw(key, value)
            if flaw:
                yield Problem(
                    "bad-label",
                    step.name,
                    f"Kubernetes refuses the label {key!r}: {value!r} in its {place} "
                    f"because of {flaw}.",
                )


def check_platforms(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """The platform, the executors and the fields are known."""
    for name in sorted(pipeline.platform.platforms):
        if name != KUBERNETES:
            yield Problem(
                "unknown-platform",
                name,
                f"the backend does not know the platform {name!r}, so its settings have no effect: "
                f"write them under {KUBERNETES!r}.",
            )
    for label, given in pipeline.given_pods.items():
        if label not in pipeline.given_executors:
            yield Problem(
                "settings-without-executor",
                label,
                f"Kubernetes settings for a step that does not exist, which the backend "
                f"silently drops: name one of {sorted(pipeline.given_executors)}.",
            )
        refusal = find_refusal(as_json(given), KubernetesExecutorConfig)
        if refusal:
            yield Problem(
                "unknown-pod-field",
                label,
                f"{refusal}, in its Kubernetes settings: remove it, correct it, or "
                "compile with a kfp-kubernetes that knows it.",
            )
