"""What Kubernetes is to give each step's pods, but for volumes: what arrives, what is refused."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from pipeline.kubeflow.compiled import Package, Step
from pipeline.kubeflow.lint import names

PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")
UNTOLD = "is not told here, since it may be the secret itself"


def problems(package: Package) -> Iterator[str]:
    """Of each step."""
    for step in package.steps():
        yield from of_shared_memory(step)
        yield from of_user(step)
        yield from of_sources(step)
        yield from of_keys(step)
        yield from of_variables(step)
        yield from of_labels(step)
        if step.pod.image_pull_policy not in PULL_POLICIES:
            yield (
                f"{step.name}: its imagePullPolicy {step.pod.image_pull_policy!r} is refused by "
                f"the driver: take one of {', '.join(PULL_POLICIES[1:])}."
            )


def of_shared_memory(step: Step) -> Iterator[str]:
    """The setting that is made for it is read nowhere in the backend."""
    if step.pod.HasField("enabled_shared_memory"):
        yield (
            f"{step.name}: the backend ignores enabledSharedMemory: use emptyDirMounts with medium "
            "Memory, a sizeLimit and mountPath /dev/shm."
        )


def of_user(step: Step) -> Iterator[str]:
    """No step runs as root. Older messages have no such field: there the image decides."""
    if "security_context" not in step.pod.DESCRIPTOR.fields_by_name:
        return
    context = step.pod.security_context
    if context.HasField("run_as_user") and context.run_as_user == 0:
        yield f"{step.name}: it runs as root: set securityContext.runAsUser to another user id."
    if context.HasField("run_as_non_root") and not context.run_as_non_root:
        yield f"{step.name}: it may run as root: set securityContext.runAsNonRoot to true."


def of_sources(step: Step) -> Iterator[str]:
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
            yield f"{step.name}: a {field} has no {name}, and the driver refuses it: name it."
        written = [text for part in parts for text in names_in(part, name) if text]
        if not all(map(names.DNS_NAME.fullmatch, written)):
            yield (
                f"{step.name}: Kubernetes refuses the {name} of a {field}, which {UNTOLD}: write "
                "the name that it has in Kubernetes, of lower-case letters, digits, - and dots."
            )


def names_in(part: Message, name: str) -> tuple[str, str]:
    """As text, and as a constant in the place of a parameter; nothing where they are not known."""
    parameter = getattr(part, f"{name}_parameter")
    return getattr(part, name), parameter.runtime_value.constant.string_value


def of_keys(step: Step) -> Iterator[str]:
    """Each key of a secret has a variable, and is a key."""
    for part in step.pod.secret_as_env:
        of_secret = f"{step.name}: a secretAsEnv of {names.told(part.secret_name)}"
        if any(not pair.secret_key or not pair.env_var for pair in part.key_to_env):
            yield f"{of_secret} lacks a key or a variable: give secretKey and envVar."
        keys = [pair.secret_key for pair in part.key_to_env if pair.secret_key]
        if not all(map(names.KEY.fullmatch, keys)):
            yield (
                f"{of_secret} has a secretKey that is none, and {UNTOLD}: write the key by which "
                "the secret holds the value, of letters, digits and - _ . alone."
            )


def of_variables(step: Step) -> Iterator[str]:
    """Names of environment variables, by who gives them."""
    pod = step.pod
    given = {
        "its container's env": [variable.name for variable in step.container.env],
        "secretAsEnv": [pair.env_var for part in pod.secret_as_env for pair in part.key_to_env],
        "configMapAsEnv": [p.env_var for part in pod.config_map_as_env for p in part.key_to_env],
        "fieldPathAsEnv": [variable.name for variable in pod.field_path_as_env],
    }
    for place, variables in given.items():
        if not all(names.VARIABLE.fullmatch(variable) for variable in variables if variable):
            yield (
                f"{step.name}: the name of an environment variable in {place} is none, and "
                f"{UNTOLD}: take letters, digits and _, and no digit first."
            )


def of_labels(step: Step) -> Iterator[str]:
    """Of pods, and of the nodes that they ask for."""
    places = (
        ("podMetadata", step.pod.pod_metadata.labels),
        ("nodeSelector", step.pod.node_selector.labels),
    )
    for place, labels in places:
        for key, value in sorted(labels.items()):
            flaw = names.label_problem(key, value)
            if flaw:
                yield (
                    f"{step.name}: Kubernetes refuses the label {key!r}: {value!r} in its {place} "
                    f"for {flaw}."
                )
