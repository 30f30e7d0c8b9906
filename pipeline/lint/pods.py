"""What Kubernetes is to give each step's pods, but for volumes: what arrives, what is refused."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.lint.package import Package, Step

PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")


def problems(package: Package) -> Iterator[str]:
    """Of each step."""
    for step in package.steps():
        yield from of_shared_memory(step)
        yield from of_user(step)
        yield from of_sources(step)
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
    """Secrets, config maps and claims have names."""
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
    for part in step.pod.secret_as_env:
        if any(not pair.secret_key or not pair.env_var for pair in part.key_to_env):
            yield (
                f"{step.name}: a secretAsEnv of {part.secret_name} lacks a key or a variable: give "
                "secretKey and envVar."
            )
