"""The containers' entry: runs a TFX executor under the open-source launcher of Kubeflow Pipelines.

`python -m components.kfp_entry` takes the arguments of TFX's own entry, which knows the launcher of
Vertex AI only. The open-source one leaves the types of input artifacts empty, adds an output for
its logs, and copies artifacts between their store and the pod's disk itself.
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

# Where the launcher keeps the artifacts of each kind of store on the pod's disk.
STAGED = {"minio": "/minio", "s3": "/s3", "gs": "/gcs"}
STAGED_ROOT = "FCN_STAGED_ROOT"  # Is put before these folders, where a pod's disk is a folder.
ENDED = 128 + signal.SIGTERM  # The exit code where a time limit, a user or a node ends the step.
OWN_OUTPUTS = "system."  # Begins the types of outputs that are the launcher's own.


def main(argv: list[str]) -> None:
    """Runs the executor that the arguments name, and reports its outputs by their URIs."""
    live_without_a_home(os.environ)
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2
    from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor as tfx_entry

    from components.kubeflow import shared_folder

    arguments, beam_args = parser().parse_known_args(argv)
    invocation, inputs = pipeline_spec_pb2.ExecutorInput(), pipeline_spec_pb2.ComponentInputsSpec()
    given = arguments.json_serialized_invocation_args
    json_format.Parse(given, invocation, ignore_unknown_fields=True)
    json_format.Parse(arguments.json_serialized_inputs_spec_args, inputs)

    fill_types(invocation, inputs)
    drop_own_outputs(invocation)
    remote = staged(invocation, os.environ.get(STAGED_ROOT, ""))
    make_folders(invocation)
    folder, executor = arguments.shared_folder, arguments.executor_class_path
    with shared_folder.lent_where_needed(invocation, folder=folder, executor=executor) as lent:
        arguments.json_serialized_invocation_args = json_format.MessageToJson(invocation)
        tfx_entry.main((arguments, beam_args))

    places = {place: remote.get(before, before) for place, before in lent.items()}
    report(Path(invocation.outputs.output_file), {**remote, **places})


def parser() -> argparse.ArgumentParser:
    """The arguments that the compiler writes; what is none of them is Beam's."""
    known = argparse.ArgumentParser(prog="python -m components.kubeflow.entry_point")
    known.add_argument("--executor_class_path", required=True)
    known.add_argument("--json_serialized_invocation_args", required=True)
    known.add_argument("--json_serialized_inputs_spec_args", default="{}")
    known.add_argument("--shared_folder", default="")  # What Beam's workers elsewhere see too.
    return known


def fill_types(invocation: Any, inputs: Any) -> None:
    """Gives each input artifact the type that the component declares: the driver sends none."""
    for name, artifacts in invocation.inputs.artifacts.items():
        for artifact in artifacts.artifacts:
            if not (artifact.type.instance_schema or artifact.type.schema_title):
                artifact.type.CopyFrom(inputs.artifacts[name].artifact_type)


def drop_own_outputs(invocation: Any) -> None:
    """Takes out the launcher's outputs, such as `executor-logs`: TFX knows no such types."""
    outputs = invocation.outputs.artifacts
    own = [
        name
        for name, artifacts in outputs.items()
        if any(a.type.schema_title.startswith(OWN_OUTPUTS) for a in artifacts.artifacts)
    ]
    for name in own:
        del outputs[name]


def staged(invocation: Any, root: str) -> dict[str, str]:
    """Puts each artifact at its place on the pod's disk. Returns the URIs by these places.

    TensorFlow reads no `minio://`, and on stores it leaves empty markers for folders, which the
    launcher cannot download.
    """
    remote = {}
    for artifact in artifacts_of(invocation):
        place = staged_place(artifact.uri, root)
        if place != artifact.uri:
            remote[place], artifact.uri = artifact.uri, place
    return remote


def make_folders(invocation: Any) -> None:
    """Makes each output's folder on the disk: executors expect it, and the launcher makes none."""
    for artifacts in invocation.outputs.artifacts.values():
        for artifact in artifacts.artifacts:
            if "://" not in artifact.uri:
                Path(artifact.uri).mkdir(parents=True, exist_ok=True)


def artifacts_of(invocation: Any) -> Iterator[Any]:
    """All artifacts, inputs and outputs."""
    for side in (invocation.inputs, invocation.outputs):
        for artifacts in side.artifacts.values():
            yield from artifacts.artifacts


def staged_place(uri: str, root: str = "") -> str:
    """Where the launcher keeps what a URI names; a URI of another kind as it is."""
    scheme, separator, rest = uri.partition("://")
    return f"{root}{STAGED[scheme]}/{rest}" if separator and scheme in STAGED else uri


def report(path: Path, remote: Mapping[str, str]) -> None:
    """Puts the URIs back into what TFX reports: the launcher uploads by them."""
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    output = json_format.Parse(path.read_text("utf-8"), pipeline_spec_pb2.ExecutorOutput())
    for artifacts in output.artifacts.values():
        for artifact in artifacts.artifacts:
            artifact.uri = remote.get(artifact.uri, artifact.uri)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json_format.MessageToJson(output), "utf-8")
    partial.replace(path)


def live_without_a_home(environment: Any) -> None:
    """Makes up a home and a name for a user id that has neither, as a cluster may give a pod."""
    home = environment.get("HOME", "")
    if not os.access(home, os.W_OK):
        environment["HOME"] = tempfile.gettempdir()
    environment.setdefault("USER", "fcn")  # Python asks for it before it asks the system.


def run_to_an_end(argv: list[str]) -> int:
    """Runs `main`. Returns the exit code: SIGTERM's as well, after all `finally` clauses."""
    signal.signal(signal.SIGTERM, stop)
    try:
        main(argv)
    except SystemExit as end:
        if end.code != ENDED:
            raise
        return ENDED
    return 0


def stop(number: int, frame: FrameType | None) -> None:
    """Ends this process as the signal would, but through the `finally` clauses, and once."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(ENDED)


if __name__ == "__main__":
    code = run_to_an_end(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # What is written is written: C++ destructors crash at times when a process ends.
    os._exit(code)
