"""What the open-source backend does: defaults, placeholders and types, each with its source.

The linter, the rehearsal and the schedule read this one table, so they cannot disagree. Paths are
those of https://github.com/kubeflow/pipelines. Single commits were read, not every release: the
driver's placeholders at 14f92d74, from 2026. What older releases do is inferred where it says so.
"""

from __future__ import annotations

from kfp.pipeline_spec.pipeline_spec_pb2 import ParameterType

SCHEMA_VERSION = "2.1.0"  # backend/src/apiserver/template/v2_template.go, not read again.
PIPELINE_ROOT = "minio://mlpipeline/v2/artifacts"  # backend/src/v2/config/env.go, not read again.

# backend/src/v2/compiler/argocompiler/container.go sends a missing factor as 0, and Argo Workflows'
# controller multiplies by a factor above 0 only: all waits are alike.
BACKOFF_FACTOR = 1.0

# A constant that is one of these, and nothing else, is replaced by the driver:
# backend/src/v2/driver/resolver/parameters.go. It also replaces two *_time_utc placeholders, left
# out here because older drivers seem not to: inferred from other copies, not from release tags.
JOB_NAME = "{{$.pipeline_job_name}}"
JOB_RESOURCE_NAME = "{{$.pipeline_job_resource_name}}"
JOB_UUID = "{{$.pipeline_job_uuid}}"
TASK_NAME = "{{$.pipeline_task_name}}"
TASK_UUID = "{{$.pipeline_task_uuid}}"
RUN_PLACEHOLDERS = frozenset(
    {
        JOB_NAME,
        JOB_RESOURCE_NAME,
        JOB_UUID,
        TASK_NAME,
        TASK_UUID,
    }
)

EXECUTOR_KINDS = ("container", "importer")  # The executors that the backend runs.

# Where the launcher stages each scheme in the pod: backend/src/v2/component, not read again.
STAGED_AT = {"minio": "minio", "s3": "s3", "gs": "gcs"}

# The types that the driver checks, as Python has their values:
# normalizeResolvedParameterValue of backend/src/v2/driver/resolver/parameters.go.
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "STRING": (str,),
    "NUMBER_DOUBLE": (int, float),
    "NUMBER_INTEGER": (int, float),
    "BOOLEAN": (bool,),
    "LIST": (list,),
    "STRUCT": (dict,),
    "TASK_FINAL_STATUS": (dict,),
}
# The same, as protobuf names the values. A status is not written in YAML: the backend makes it.
VALUE_KINDS = {
    "STRING": "string_value",
    "NUMBER_INTEGER": "number_value",
    "NUMBER_DOUBLE": "number_value",
    "BOOLEAN": "bool_value",
    "LIST": "list_value",
    "STRUCT": "struct_value",
}
_TYPES = ParameterType.ParameterTypeEnum.DESCRIPTOR.values_by_number


def type_name(number: int) -> str:
    """The name of a parameter's type as YAML has it; "type N" for a number that has no name."""
    return str(_TYPES[number].name) if number in _TYPES else f"type {number}"


def backoff_factor(written: float) -> float:
    """The factor between two waits, for a retry policy's `backoffFactor` (0: not written)."""
    return written if written > 0 else BACKOFF_FACTOR
