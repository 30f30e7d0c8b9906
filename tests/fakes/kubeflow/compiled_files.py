"""A small compiled pipeline: the graph, and the Kubernetes settings."""

import yaml

PARAMETERS = {
    "data": {"parameterType": "STRING", "defaultValue": "/data/flowers"},
    "steps": {"parameterType": "NUMBER_INTEGER", "defaultValue": 100},
    "rate": {"parameterType": "NUMBER_DOUBLE", "isOptional": True},
    "pretrained": {"parameterType": "BOOLEAN", "defaultValue": True},
    "sizes": {"parameterType": "LIST", "defaultValue": []},
}
STEP = {"image": "registry.example.com/fcn:1", "command": ["python", "-m", "step"]}
TASKS = {"step": {"taskInfo": {"name": "step"}, "componentRef": {"name": "comp-step"}}}
PLATFORM = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {}}}}}


def write_compiled(folder, *, name="flowers", platform=PLATFORM, sdk="tfx-1.21.0"):
    """Writes a file to upload; another `sdk` gives it other content."""
    graph = {
        "pipelineInfo": {"name": name},
        "schemaVersion": "2.1.0",
        "sdkVersion": sdk,
        "root": {"inputDefinitions": {"parameters": PARAMETERS}, "dag": {"tasks": TASKS}},
        "components": {"comp-step": {"executorLabel": "exec-step"}},
        "deploymentSpec": {"executors": {"exec-step": {"container": STEP}}},
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump_all([graph, platform] if platform else [graph]))
    return path
