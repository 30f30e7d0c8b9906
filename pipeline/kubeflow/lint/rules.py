"""What the linter reports: a problem, and the list of all rules that a problem can name."""

from __future__ import annotations

from dataclasses import dataclass

# Rules whose comment says "other files" cannot be broken by settings of `fcn compile`. They check
# files that were edited or come from another compiler, before `fcn schedule upload`, and notice a
# release of TFX that compiles differently. BY_SETTINGS below lists those that settings can break.
RULES = {
    # documents: other files only, because `fcn compile` writes both documents itself
    "not-yaml": "The file is YAML that can also be written as JSON.",
    "empty-file": "The file contains a pipeline.",
    "wrapped-pipeline": "The pipeline is not wrapped in a PipelineJob.",
    "unknown-document-field": "Both documents contain only fields that the backend knows.",
    "too-many-documents": "The file has at most two documents.",
    # the pipeline and its components: other files only
    "schema-version": "The schema version is the one that the backend supports.",
    "bad-pipeline-name": "Kubernetes accepts the pipeline's name, with room for a suffix.",
    "ignored-pipeline-root": "defaultPipelineRoot is not set: the backend ignores it.",
    "no-tasks": "The pipeline has at least one task.",
    "component-without-executor": "A component has an executor or tasks.",
    "unknown-executor": "A component names an executor that exists.",
    "unknown-deployment-field": "deploymentSpec contains only executors.",
    "unknown-executor-field": "An executor contains only fields that the backend knows.",
    "unsupported-executor": "An executor is a container or an importer.",
    # tasks: other files only, because the graph and what is cached are code
    "bad-task-name": "Argo accepts the task's name.",
    "task-name-differs": "taskInfo.name is the name of the task.",
    "unknown-dependency": "A task waits only for tasks that exist.",
    "unknown-component": "A task runs a component that exists.",
    "recursive-component": "A task does not run a component that contains it.",
    "artifact-iterator": "Tasks do not iterate over artifacts.",
    "dependency-cycle": "Tasks do not wait for one another in a circle.",
    "cached-side-effect": "A step with side effects or outside inputs is not cached.",
    # parameters and artifacts: other files only, because the graph is code
    "parameter-without-default": "A run can start without giving any parameter.",
    "parameter-without-type": "Every parameter declares its type.",
    "parameter-type": "Values and their sources have the declared type.",
    "parameter-undeclared": "A task gives only parameters that its component declares.",
    "parameter-missing": "A task gives every parameter that its component needs.",
    "parameter-without-source": "Every parameter of a task has a source.",
    "parameter-not-constant": "A runtime value is a constant.",
    "parameter-not-in-parent": "The DAG declares every parameter that its tasks read from it.",
    "parameter-unknown-output": "A parameter comes from an output that exists.",
    "artifact-undeclared": "A task gives only artifacts that its component declares.",
    "artifact-missing": "A task gives every artifact that its component needs.",
    "artifact-without-source": "Every artifact of a task has a source.",
    "artifact-not-in-parent": "The DAG declares every artifact that its tasks read from it.",
    "artifact-unknown-output": "An artifact comes from an output that exists.",
    # exit handlers: other files only; the only setting, `notification`, adds one that fits
    "exit-handler-waits-for-nothing": "An exit handler waits for a task.",
    "waits-for-exit-handler": "No task waits for an exit handler.",
    "status-of-unknown-task": "A status is that of a task that exists.",
    "status-of-other-task": "A status is that of the first of dependentTasks.",
    "status-without-exit-handler": "Only an exit handler reads the status of a task.",
    "status-stays-running": "What ends last in a DAG whose status is read has a launcher.",
    "status-type": "A status is declared as a type that can contain it.",
    "only-exit-handlers": "A DAG has tasks other than exit handlers.",
    "second-exit-handler": "A task has at most one exit handler.",
    # containers: other files only for the command, the driver and variables, which are not settings
    "image-not-pinned": "An image has a fixed tag or a digest.",
    "command-missing": "A container has a command.",
    "ignored-driver": "A step needs no driver of TFX.",
    "unknown-placeholder": "The launcher replaces every placeholder of a command.",
    "placeholder-in-constant": "The driver replaces every placeholder of a constant.",
    "secret-in-plain-text": "Secrets are not environment variables in plain text.",
    "password-in-url": "No URL in the pipeline contains a password.",
    # resources: other files only for request-without-limit and a GPU type without a count, because
    # every step has limits and names a GPU type only if it asks for GPUs
    "bad-quantity": "Amounts are quantities of Kubernetes.",
    "request-without-limit": "A request comes with a limit.",
    "request-above-limit": "A request does not exceed its limit.",
    "gpu-count-zero": "A step that names a GPU type asks for at least one.",
    "bad-gpu-type": "The accelerator's type is a resource of Kubernetes.",
    "gpu-without-type": "A step that asks for GPUs names their type.",
    "gpu-node-without-gpu": "A step on GPU nodes asks for a GPU.",
    # pods: other files only for fields that pods.py never writes, or that cluster.py checks when it
    # reads the settings: the user, the pull policy, and names of variables
    "unknown-platform": "All platform settings are for Kubernetes.",
    "settings-without-executor": "Kubernetes settings belong to an executor that exists.",
    "unknown-pod-field": "Kubernetes settings contain only known fields.",
    "ignored-shared-memory": "Shared memory is an emptyDirMount, not enabledSharedMemory.",
    "runs-as-root": "No step runs as root.",
    "bad-pull-policy": "The pull policy is one that the driver accepts.",
    "source-without-name": "Every secret and config map is named.",
    "bad-source-name": "Kubernetes accepts the names of secrets and config maps.",
    "incomplete-secret-key": "Every key of a secret has a variable, and the reverse.",
    "bad-secret-key": "Kubernetes accepts the keys of secrets.",
    "bad-variable-name": "Environment variables have valid names.",
    "bad-label": "Kubernetes accepts the labels.",
    # volumes, and the places on them: other files only for duplicate-volume-name,
    # shared-memory-on-disk and path-read-only: pods.py mounts only claims and a volume in memory
    "bad-mount-path": "A mount path is absolute and not the root.",
    "mount-path-taken": "Only one volume is mounted at a path.",
    "duplicate-volume-name": "Volumes of a step have different names.",
    "bad-volume-size": "A volume's size is a quantity of Kubernetes.",
    "shared-memory-without-limit": "Shared memory has a limit.",
    "shared-memory-on-disk": "Shared memory is memory.",
    "memory-volume-too-large": "A volume in memory leaves memory for the program.",
    "bad-claim-name": "Kubernetes accepts the names of claims.",
    "claim-without-name": "A pvcMount names its claim.",
    "unsupported-scheme": "TensorFlow can open the URIs that steps read or write.",
    "relative-path": "Steps read and write absolute paths.",
    "path-without-volume": "Steps read and write paths on a volume.",
    "path-lost-with-pod": "What a step pushes outlives its pod.",
    "path-empty-at-start": "What a step reads is there when its pod starts.",
    "path-read-only": "A step can write where it pushes and resumes.",
    # retries: other files only, because `fcn compile` computes them for each step
    "retries-of-dag": "Retries are set on tasks, not on a DAG.",
    "retries-without-timeout": "A step with retries limits the time of an attempt.",
    "retries-without-backoff-limit": "Retries have a backoffMaxDuration.",
    "retries-cancelled": "backoffMaxDuration is enough for all attempts.",
}

# Tests reach each of these through `fcn compile`.
BY_SETTINGS = frozenset(
    {
        "bad-claim-name",
        "bad-gpu-type",
        "bad-label",
        "bad-mount-path",
        "bad-quantity",
        "bad-secret-key",
        "bad-source-name",
        "bad-volume-size",
        "claim-without-name",
        "gpu-without-type",
        "image-not-pinned",
        "memory-volume-too-large",
        "mount-path-taken",
        "password-in-url",
        "path-empty-at-start",
        "path-lost-with-pod",
        "path-without-volume",
        "placeholder-in-constant",
        "relative-path",
        "request-above-limit",
        "settings-without-executor",
        "shared-memory-without-limit",
        "source-without-name",
        "unknown-placeholder",
        "unsupported-scheme",
    }
)


@dataclass(frozen=True)
class Problem:
    """One broken rule. Raises ValueError if the rule is not in RULES."""

    rule: str
    place: str  # A document, task, component or executor.
    message: str  # What is wrong, what the backend makes of it, and what to do.

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"{self.rule!r} is not a rule of the linter: add it to RULES.")

    def __str__(self) -> str:
        return f"{self.place}: {self.message} [{self.rule}]"
