"""Small pipelines for rehearsals: the steps are Python scripts, in the form that TFX compiles."""

import json
from pathlib import Path
from typing import Any

import yaml

from pipeline.kubeflow.rehearsal import run
from pipeline.kubeflow.rehearsal.outcome import Rehearsal
from pipeline.kubeflow.rehearsal.task_runner import RehearsalOptions

IMAGE = "registry.local/fcn@sha256:" + "0" * 64
MODEL = {"instanceSchema": "title: tfx.Model\ntype: object\n"}
PRELUDE = """
import json, os, pathlib, sys
given = json.loads(sys.argv[1])
values = given["inputs"].get("parameterValues", {})
def place(side, key):
    uri = given[side]["artifacts"][key]["artifacts"][0]["uri"]
    return pathlib.Path(os.environ["FCN_STAGED_ROOT"], uri.replace("://", "/"))
def write(key, name, text):
    place("outputs", key).mkdir(parents=True, exist_ok=True)
    (place("outputs", key) / name).write_text(text)
def report(**outputs):
    pathlib.Path(given["outputs"]["outputFile"]).write_text(json.dumps(outputs))
"""
WRITES = "write('model', 'weights', 'trained')"
READS = "print((place('inputs', 'model') / 'weights').read_text())"


def step(script: str, **changes: Any) -> dict[str, Any]:
    """One step: `makes` artifacts, `reads` {input: (task, output)}, `parameters` {name: spec}."""
    return {"script": script, "makes": (), "reads": {}, "parameters": {}, **changes}


def constant(value: Any, kind: str = "STRING") -> dict[str, Any]:
    """A parameter that is written into the YAML."""
    return {"type": kind, "runtimeValue": {"constant": value}}


def from_parent(name: str, kind: str = "STRING") -> dict[str, Any]:
    """A parameter that comes from the run."""
    return {"type": kind, "componentInputParameter": name}


def build_pipeline(
    steps: dict[str, Any], parameters: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The pipeline's first document, with the steps in `tfx-dag`."""
    given = parameters or {}
    down = {name: {"componentInputParameter": name} for name in given}
    nested = {name: {"parameterType": p["parameterType"]} for name, p in given.items()}
    dag = {"dag": {"tasks": {name: task(name, s) for name, s in steps.items()}}}
    return {
        "pipelineInfo": {"name": "tiny"},
        "schemaVersion": "2.1.0",
        "sdkVersion": "tfx-1.21.0",
        "components": {
            "tfx-dag": {**dag, "inputDefinitions": {"parameters": nested}},
            **{name: component(name, s) for name, s in steps.items()},
        },
        "deploymentSpec": {
            "executors": {f"{name}_executor": executor(s) for name, s in steps.items()}
        },
        "root": {
            "inputDefinitions": {"parameters": given},
            "dag": {"tasks": {"tfx-dag": {**refer_to("tfx-dag"), "inputs": {"parameters": down}}}},
        },
    }


def refer_to(name: str) -> dict[str, Any]:
    return {"componentRef": {"name": name}, "taskInfo": {"name": name}}


def task(name: str, found: dict[str, Any]) -> dict[str, Any]:
    reads = {
        key: {"taskOutputArtifact": {"producerTask": producer, "outputArtifactKey": output}}
        for key, (producer, output) in found["reads"].items()
    }
    sources = {
        key: {k: v for k, v in spec.items() if k != "type"}
        for key, spec in found["parameters"].items()
    }
    return {
        **refer_to(name),
        "inputs": {"artifacts": reads, "parameters": sources},
        "dependentTasks": [
            *found.get("after", ()),
            *sorted({p for p, _ in found["reads"].values()}),
        ],
        "cachingOptions": {"enableCache": found.get("cached", False)},
        "retryPolicy": found.get("retries", {}),
    }


def component(name: str, found: dict[str, Any]) -> dict[str, Any]:
    types = {key: {"parameterType": spec["type"]} for key, spec in found["parameters"].items()}
    return {
        "executorLabel": f"{name}_executor",
        "inputDefinitions": {
            "artifacts": {key: {"artifactType": MODEL} for key in found["reads"]},
            "parameters": types,
        },
        "outputDefinitions": {
            "artifacts": {key: {"artifactType": MODEL} for key in found["makes"]},
            "parameters": found.get("output_parameters", {}),
        },
    }


def executor(found: dict[str, Any]) -> dict[str, Any]:
    command = ["python", "-c", PRELUDE + found["script"]]
    return {"container": {"image": IMAGE, "command": command, "args": ["{{$}}"]}}


def with_exit_handler(document: dict[str, Any], status_file: Path) -> dict[str, Any]:
    """The pipeline with an exit handler that writes the final status into `status_file`."""
    status = {"type": "STRING", "taskFinalStatus": {"producerTask": "tfx-dag"}}
    found = step(
        f"pathlib.Path({str(status_file)!r}).write_text(values['status'])",
        parameters={"status": status},
    )
    document["components"]["Notification"] = component("Notification", found)
    document["deploymentSpec"]["executors"]["Notification_executor"] = executor(found)
    handler = {**task("Notification", found), "dependentTasks": ["tfx-dag"]}
    handler["triggerPolicy"] = {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    document["root"]["dag"]["tasks"]["Notification"] = handler
    return document


def platform(label: str, **settings: Any) -> dict[str, Any]:
    """The second document: the settings of one executor's pod."""
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {label: settings}}}}}


def rehearse(folder: Path, *documents: Any, **options: Any) -> Rehearsal:
    """Rehearses the documents in the folder; `parameters` are the run's."""
    path = folder / "pipeline.yaml"
    path.write_text(yaml.safe_dump_all(documents))
    parameters = options.pop("parameters", {})
    settings = RehearsalOptions(**{"longest_wait": 0.0, **options})
    return run.rehearse(path, workdir=folder / "work", parameters=parameters, options=settings)


def read_status(status_file: Path) -> dict[str, Any]:
    """The status that the exit handler received."""
    found: dict[str, Any] = json.loads(status_file.read_text())
    return found
