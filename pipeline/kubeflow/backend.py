"""What the open-source backend does: defaults, placeholders and types, each with its source.

The linter, the rehearsal and the schedule use this one table, so they cannot disagree. Paths are
those of https://github.com/kubeflow/pipelines. Each value was read at one commit, not for every
release; the driver's placeholders at 14f92d74, from 2026. Comments mark the values that were not
checked again at that commit, and those that are inferred for older releases.

Where releases differ, a rehearsal simulates 2.17.0 as it was at 7b70c7b9, of 21 August 2026.
"""

from __future__ import annotations

import re

from kfp.pipeline_spec.pipeline_spec_pb2 import ParameterType

SCHEMA_VERSION = "2.1.0"  # backend/src/apiserver/template/v2_template.go; not re-checked.
PIPELINE_ROOT = "minio://mlpipeline/v2/artifacts"  # backend/src/v2/config/env.go; not re-checked.

# backend/src/v2/compiler/argocompiler/container.go sends a missing factor as 0, and Argo Workflows'
# controller multiplies only by a factor above 0: all waits are equal.
BACKOFF_FACTOR = 1.0

# The driver replaces a constant that is exactly one of these:
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

# In commands, the launcher replaces EXECUTOR_INPUT by the executor's input as JSON, and the
# placeholders of the functions below: backend/src/v2/component/launcher_v2.go; not re-checked.
PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
EXECUTOR_INPUT = "{{$}}"

EXECUTOR_KINDS = ("container", "importer")  # The executors that the backend runs.

# The folder in the pod where the launcher stages each scheme: backend/src/v2/component; not
# re-checked.
STAGED_AT = {"minio": "minio", "s3": "s3", "gs": "gcs"}

# The output that the driver adds to each step (provisionOutputs of backend/src/v2/driver/driver.go)
# unless the API server's PUBLISH_LOGS is not "true": backend/src/v2/compiler/argocompiler/
# container.go. It counts for the cache's fingerprint. At 7b70c7b9.
LOGS = "executor-logs"
LOGS_TYPE = "system.Artifact"
# The file with the step's report, in the folder that contains its outputs on the pod's disk:
# provisionOutputs, at 7b70c7b9. Below a root of another scheme it is REPORT_ELSEWHERE
# (backend/src/v2/component/launcher_v2.go), as always before 2.15.
REPORT = "output_metadata.json"
REPORT_ELSEWHERE = f"/tmp/kfp_outputs/{REPORT}"

# The types that the driver checks, with the Python types of their values:
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
# The same, with protobuf's kinds of values. The backend makes a status: no YAML contains one.
VALUE_KINDS = {
    "STRING": "string_value",
    "NUMBER_INTEGER": "number_value",
    "NUMBER_DOUBLE": "number_value",
    "BOOLEAN": "bool_value",
    "LIST": "list_value",
    "STRUCT": "struct_value",
}
_TYPES = ParameterType.ParameterTypeEnum.DESCRIPTOR.values_by_number


def name_artifact(side: str, name: str, field: str) -> str:
    """The placeholder for the "uri" or the "path" of an artifact of the "inputs" or "outputs"."""
    return f"{{{{$.{side}.artifacts['{name}'].{field}}}}}"


def name_input(name: str) -> str:
    """The placeholder for the value of an input parameter."""
    return f"{{{{$.inputs.parameters['{name}']}}}}"


def name_output_file(name: str) -> str:
    """The placeholder for the path of the file to which a step writes an output parameter."""
    return f"{{{{$.outputs.parameters['{name}'].output_file}}}}"


def find_type_name(number: int) -> str:
    """The name of a parameter's type in YAML; "type N" for a number without a name."""
    return str(_TYPES[number].name) if number in _TYPES else f"type {number}"


def find_log_uri(uri: str, attempt: int) -> str:
    """The URI of the log of an attempt, counted from 1, from the URI that the driver gives.

    qualifyExecutorLogsForRetry of backend/src/v2/component/launcher_v2.go, since eab7c115 of March
    2026. Before, all attempts wrote to one URI.
    """
    return f"{uri}-{attempt - 1}"


def read_backoff_factor(written: float) -> float:
    """The factor between two waits. A retry policy's `backoffFactor` is 0 if it is not set."""
    return written if written > 0 else BACKOFF_FACTOR
