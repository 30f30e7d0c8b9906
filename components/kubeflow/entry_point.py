"""The containers' entry: runs a TFX executor under the open-source launcher of Kubeflow Pipelines.

`python -m components.kubeflow.entry_point` takes the arguments of TFX's own entry, which supports
only the launcher of Vertex AI. The open-source launcher leaves the types of input artifacts empty,
adds an output for its logs, and copies artifacts between their store and the pod's disk itself.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from serving import printable

# The folder on the pod's disk to which the launcher copies the artifacts of each kind of store.
STAGED = {"minio": "/minio", "s3": "/s3", "gs": "/gcs"}
STAGED_ROOT = "FCN_STAGED_ROOT"  # A prefix of these folders, if a folder replaces the pod's disk.
ENDED = 128 + signal.SIGTERM  # The exit code if a time limit, a user or a node ends the step.
OWN_OUTPUTS = "system."  # Prefix of the types of the launcher's own outputs.


def main(argv: list[str]) -> None:
    """Runs the executor that the arguments name, and reports the URIs of its outputs."""
    ensure_home(os.environ)
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2
    from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor as tfx_entry

    from components.kubeflow import shared_folder

    arguments, beam_args = build_parser().parse_known_args(argv)
    invocation, inputs = pipeline_spec_pb2.ExecutorInput(), pipeline_spec_pb2.ComponentInputsSpec()
    given = arguments.json_serialized_invocation_args
    json_format.Parse(given, invocation, ignore_unknown_fields=True)
    json_format.Parse(arguments.json_serialized_inputs_spec_args, inputs)

    fill_types(invocation, inputs)
    drop_own_outputs(invocation)
    remote = stage(invocation, os.environ.get(STAGED_ROOT, ""))
    make_folders(invocation)
    folder, executor = arguments.shared_folder, arguments.executor_class_path
    with shared_folder.share_if_needed(invocation, folder=folder, executor=executor) as shared:
        arguments.json_serialized_invocation_args = json_format.MessageToJson(invocation)
        tfx_entry.main((arguments, beam_args))

    places = {place: remote.get(before, before) for place, before in shared.items()}
    restore_uris(Path(invocation.outputs.output_file), {**remote, **places})


def build_parser() -> argparse.ArgumentParser:
    """Declares the arguments that the compiler writes; all others are Beam's."""
    parser = argparse.ArgumentParser(prog="python -m components.kubeflow.entry_point")
    parser.add_argument("--executor_class_path", required=True)
    parser.add_argument("--json_serialized_invocation_args", required=True)
    parser.add_argument("--json_serialized_inputs_spec_args", default="{}")
    parser.add_argument("--shared_folder", default="")  # Remote Beam workers can read it too.
    return parser


def fill_types(invocation: Any, inputs: Any) -> None:
    """Sets each input artifact's type to the declared one: the driver sends no types."""
    for name, artifacts in invocation.inputs.artifacts.items():
        for artifact in artifacts.artifacts:
            if not (artifact.type.instance_schema or artifact.type.schema_title):
                artifact.type.CopyFrom(inputs.artifacts[name].artifact_type)


def drop_own_outputs(invocation: Any) -> None:
    """Removes the launcher's outputs, such as `executor-logs`: TFX does not know their types."""
    outputs = invocation.outputs.artifacts
    own = [
        name
        for name, artifacts in outputs.items()
        if any(a.type.schema_title.startswith(OWN_OUTPUTS) for a in artifacts.artifacts)
    ]
    for name in own:
        del outputs[name]


def stage(invocation: Any, root: str) -> dict[str, str]:
    """Replaces each artifact's URI by its path on the pod's disk. Returns the URIs by path.

    TensorFlow cannot read `minio://`, and on stores it leaves empty markers for folders, which the
    launcher cannot download.
    """
    remote = {}
    for artifact in list_artifacts(invocation):
        place = find_staged_path(artifact.uri, root)
        if place != artifact.uri:
            remote[place], artifact.uri = artifact.uri, place
    return remote


def make_folders(invocation: Any) -> None:
    """Makes each output's folder on the disk, which executors expect but the launcher omits."""
    for artifacts in invocation.outputs.artifacts.values():
        for artifact in artifacts.artifacts:
            if "://" not in artifact.uri:
                Path(artifact.uri).mkdir(parents=True, exist_ok=True)


def list_artifacts(invocation: Any) -> Iterator[Any]:
    """Yields all artifacts, inputs and outputs."""
    for side in (invocation.inputs, invocation.outputs):
        for artifacts in side.artifacts.values():
            yield from artifacts.artifacts


def find_staged_path(uri: str, root: str = "") -> str:
    """Returns the path to which the launcher copies a URI; other kinds of URI are unchanged."""
    scheme, separator, rest = uri.partition("://")
    return f"{root}{STAGED[scheme]}/{rest}" if separator and scheme in STAGED else uri


def restore_uris(path: Path, remote: Mapping[str, str]) -> None:
    """Puts the URIs back into TFX's output file: the launcher uploads to them.

    Properties too may name a place on the pod's disk, which nobody else can see: the Evaluator's
    blessing names both models.
    """
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    from components import atomic_text

    output = json_format.Parse(path.read_text("utf-8"), pipeline_spec_pb2.ExecutorOutput())
    for artifacts in output.artifacts.values():
        for artifact in artifacts.artifacts:
            artifact.uri = restore_uri(artifact.uri, remote)
            for values in (artifact.metadata, artifact.properties, artifact.custom_properties):
                restore_texts(getattr(values, "fields", values), remote)
    atomic_text.write(str(path), json_format.MessageToJson(output))


def restore_texts(values: Any, remote: Mapping[str, str]) -> None:
    """Restores the URI in each value of a message that is a text."""
    for value in values.values():
        if value.string_value:
            value.string_value = restore_uri(value.string_value, remote)


def restore_uri(text: str, remote: Mapping[str, str]) -> str:
    """Returns the URI of a staged place, or of a file below it; any other text is unchanged."""
    places = (place for place in remote if text == place or text.startswith(f"{place}/"))
    place = max(places, key=len, default="")
    return f"{remote[place]}{text[len(place) :]}" if place else text


def ensure_home(environment: Any) -> None:
    """Sets a home and a user name: a cluster may run a pod as a user ID that has neither."""
    home = environment.get("HOME", "")
    if not os.access(home, os.W_OK):
        environment["HOME"] = tempfile.gettempdir()
    environment.setdefault("USER", "fcn")  # Python reads it before it asks the system.


def run(argv: list[str]) -> int:
    """Runs `main`. Returns the exit code, also for SIGTERM, after all `finally` clauses."""
    signal.signal(signal.SIGTERM, stop)
    printable.accept_any_character()  # An image's locale may know ASCII only.
    try:
        main(argv)
    except SystemExit as end:
        if end.code != ENDED:
            raise
        return ENDED
    return 0


def stop(number: int, frame: FrameType | None) -> None:
    """Ends this process as the signal would, but runs the `finally` clauses, once."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(ENDED)


if __name__ == "__main__":
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # All output is written. Skip C++ destructors: they sometimes crash when a process ends.
    os._exit(code)
