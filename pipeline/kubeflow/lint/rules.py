"""What the linter reports: a problem, and the list of all rules that a problem can name."""

from __future__ import annotations

from dataclasses import dataclass

RULES = {
    # documents
    "not-yaml": "The file is YAML that can also be written as JSON.",
    "empty-file": "The file contains a pipeline.",
    "wrapped-pipeline": "The pipeline is not wrapped in a PipelineJob.",
    "unknown-document-field": "Both documents contain only fields that the backend knows.",
    "too-many-documents": "The file has at most two documents.",
    # the pipeline and its components
    "schema-version": "The schema version is the one that the backend supports.",
    "bad-pipeline-name": "Kubernetes accepts the pipeline's name, with room for a suffix.",
    "ignored-pipeline-root": "defaultPipelineRoot is not set: the backend ignores it.",
    "no-tasks": "The pipeline has at least one task.",
    "component-without-executor": "A component has an executor or tasks.",
    "unknown-executor": "A component names an executor that exists.",
    "unknown-deployment-field": "deploymentSpec contains only executors.",
    "unknown-executor-field": "An executor contains only fields that the backend knows.",
    "unsupported-executor": "An executor is a container or an importer.",
    # tasks
    "bad-task-name": "Argo accepts the task's name.",
    "task-name-differs": "taskInfo.name is the name of the task.",
    "unknown-dependency": "A task waits only for tasks that exist.",
    "unknown-component": "A task runs a component that exists.",
    "recursive-component": "A task does not run a component that contains it.",
    "artifact-iterator": "Tasks do not iterate over artifacts.",
    "dependency-cycle": "Tasks do not wait for one another in a circle.",
    "cached-side-effect": "A step with side effects or outside inputs is not cached.",
    # parameters and artifacts
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
    # exit handlers
    "exit-handler-waits-for-nothing": "An exit handler waits for a task.",
    "waits-for-exit-handler": "No task waits for an exit handler.",
    "status-of-unknown-task": "A status is that of a task that exists.",
    "status-of-other-task": "A status is that of the first of dependentTasks.",
    "status-without-exit-handler": "Only an exit handler reads the status of a task.",
    "status-type": "A status is declared as a type that can contain it.",
    "only-exit-handlers": "A DAG has tasks other than exit handlers.",
    "second-exit-handler": "A task has at most one exit handler.",
    # containers
    "image-not-pinned": "An image has a fixed tag or a digest.",
    "command-missing": "A container has a command.",
    "ignored-driver": "A step needs no driver of TFX.",
    "unknown-placeholder": "The launcher replaces every placeholder of a command.",
    "placeholder-in-constant": "The driver replaces every placeholder of a constant.",
    "secret-in-plain-text": "Secrets are not environment variables in plain text.",
    "password-in-url": "No URL in the pipeline contains a password.",
    # resources
    "bad-quantity": "Amounts are quantities of Kubernetes.",
    "request-without-limit": "A request comes with a limit.",
    "request-above-limit": "A request does not exceed its limit.",
    "gpu-count-zero": "A step that names a GPU type asks for at least one.",
    "bad-gpu-type": "The accelerator's type is a resource of Kubernetes.",
    "gpu-without-type": "A step that asks for GPUs names their type.",
    "gpu-node-without-gpu": "A step on GPU nodes asks for a GPU.",
    # pods
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
    # volumes, and the places on them
    "bad-mount-path": "A mount path is absolute and not the root.",
    "mount-path-taken": "Only one volume is mounted at a path.",
    "duplicate-volume-name": "Volumes of a step have different names.",
    "bad-volume-size": "A volume's size is a quantity of Kubernetes.",
    "shared-memory-without-limit": "Shared memory has a limit.",
    "shared-memory-on-disk": "Shared memory is memory.",
    "memory-volume-too-large": "A volume in memory leaves memory for the program.",
    "claim-without-name": "A pvcMount names its claim.",
    "unsupported-scheme": "TensorFlow can open the URIs that steps read or write.",
    "relative-path": "Steps read and write absolute paths.",
    "path-without-volume": "Steps read and write paths on a volume.",
    "path-lost-with-pod": "What a step pushes outlives its pod.",
    "path-empty-at-start": "What a step reads is there when its pod starts.",
    "path-read-only": "A step can write where it pushes and resumes.",
    # retries
    "retries-of-dag": "Retries are set on tasks, not on a DAG.",
    "retries-without-timeout": "A step with retries limits the time of an attempt.",
    "retries-without-backoff-limit": "Retries have a backoffMaxDuration.",
    "retries-cancelled": "backoffMaxDuration is enough for all attempts.",
}


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
