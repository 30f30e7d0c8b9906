"""A pipeline without problems, of which a test breaks one part."""

from __future__ import annotations

import json
from typing import Any

import yaml
from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec, PlatformSpec

from pipeline.kubeflow import lint
from pipeline.kubeflow.compiled import CompiledPipeline
from pipeline.kubeflow.messages import parse

STRING = {"parameterType": "STRING"}


class Pipeline:
    """Both documents as JSON, with names for the parts that tests break."""

    def __init__(self) -> None:
        self.spec = good_spec()
        self.platform = good_platform()

    @property
    def root(self) -> dict[str, Any]:
        return self.spec["root"]

    @property
    def containers(self) -> dict[str, Any]:
        return self.spec["deploymentSpec"]["executors"]

    @property
    def pods(self) -> dict[str, Any]:
        return self.platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]

    @property
    def tasks(self) -> dict[str, Any]:
        return {**self.root["dag"]["tasks"], **self.component("tfx-dag")["dag"]["tasks"]}

    def component(self, name: str) -> dict[str, Any]:
        return self.spec["components"][name]

    def container(self, step: str) -> dict[str, Any]:
        return self.containers[f"{step}_executor"]["container"]

    def pod(self, step: str) -> dict[str, Any]:
        return self.pods[f"{step}_executor"]

    def parameters(self, task: str) -> dict[str, Any]:
        return self.tasks[task]["inputs"]["parameters"]

    def artifacts(self, task: str) -> dict[str, Any]:
        return self.tasks[task]["inputs"]["artifacts"]

    def give(self, task: str, name: str, value: Any) -> None:
        """Gives a task a constant, and declares it in its component as a text."""
        self.parameters(task)[name] = constant(value)
        self.component(task)["inputDefinitions"]["parameters"][name] = STRING.copy()

    def problems(self) -> list[lint.Problem]:
        return lint.find_problems(self.read())

    def read(self) -> CompiledPipeline:
        return CompiledPipeline(parse(self.spec, PipelineSpec), parse(self.platform, PlatformSpec))

    def problem(self) -> lint.Problem:
        """The only problem."""
        (problem,) = self.problems()
        return problem

    def broken(self) -> list[tuple[str, str]]:
        """The rule and the place of each problem, in order."""
        return [(problem.rule, problem.place) for problem in self.problems()]

    def text(self) -> str:
        return yaml.safe_dump_all([self.spec, self.platform])


def constant(value: Any) -> dict[str, Any]:
    return {"runtimeValue": {"constant": value}}


def good_spec() -> dict[str, Any]:
    return unshared(
        {
            "pipelineInfo": {"name": "flowers"},
            "schemaVersion": "2.1.0",
            "root": {
                "inputDefinitions": {
                    "parameters": {
                        "data": {**STRING, "defaultValue": "/data/flowers"},
                        "served_folder": {**STRING, "defaultValue": "/served/flowers"},
                    }
                },
                "dag": {"tasks": {"tfx-dag": nested_task(), "Notification": exit_task()}},
            },
            "components": components(),
            "deploymentSpec": {"executors": executors()},
        }
    )


def components() -> dict[str, Any]:
    model = {"artifactType": {"instanceSchema": "title: tfx.Model\ntype: object\n"}}
    examples = {"artifactType": {"instanceSchema": "title: tfx.Examples\ntype: object\n"}}
    return {
        "ImageExampleGen": component("ImageExampleGen", ["input_base"], {}, {"examples": examples}),
        "Trainer": component(
            "Trainer", ["custom_config"], {"examples": examples}, {"model": model}
        ),
        "BaselineModel": component("BaselineModel", ["served_folder"], {}, {"baseline": model}),
        "Pusher": component("Pusher", ["served_folder"], {"model": model}, {}),
        "Notification": component("Notification", ["status"], {}, {}),
        "tfx-dag": {
            "inputDefinitions": {"parameters": {"data": STRING, "served_folder": STRING}},
            "dag": {"tasks": nested_tasks()},
        },
    }


def component(
    name: str, parameters: list[str], inputs: dict[str, Any], outputs: dict[str, Any]
) -> dict[str, Any]:
    return {
        "executorLabel": f"{name}_executor",
        "inputDefinitions": {"parameters": dict.fromkeys(parameters, STRING), "artifacts": inputs},
        "outputDefinitions": {"artifacts": outputs},
    }


def nested_tasks() -> dict[str, Any]:
    config = json.dumps({"experiment": "{}", "checkpoints": "/tmp/checkpoints"})
    return {
        "ImageExampleGen": task("ImageExampleGen", {"input_base": from_parent("data")}),
        "Trainer": {
            **task("Trainer", {"custom_config": constant(config)}, {"examples": "ImageExampleGen"}),
            "cachingOptions": {"enableCache": True},
            "retryPolicy": {
                "maxRetryCount": 2,
                "backoffDuration": "60s",
                "backoffFactor": 2.0,
                "backoffMaxDuration": "10980s",  # Attempts of 3600 s, waits of 60 s and 120 s.
            },
        },
        "BaselineModel": task("BaselineModel", {"served_folder": from_parent("served_folder")}),
        "Pusher": task(
            "Pusher", {"served_folder": from_parent("served_folder")}, {"model": "Trainer"}
        ),
    }


def task(
    name: str, parameters: dict[str, Any], artifacts: dict[str, str] | None = None
) -> dict[str, Any]:
    sources = artifacts or {}
    return {
        "taskInfo": {"name": name},
        "componentRef": {"name": name},
        "dependentTasks": [*sources.values()],
        "inputs": {
            "parameters": parameters,
            "artifacts": {key: made_by(producer, key) for key, producer in sources.items()},
        },
    }


def made_by(producer: str, key: str) -> dict[str, Any]:
    return {"taskOutputArtifact": {"producerTask": producer, "outputArtifactKey": key}}


def from_parent(name: str) -> dict[str, str]:
    return {"componentInputParameter": name}


def nested_task() -> dict[str, Any]:
    return task("tfx-dag", {name: from_parent(name) for name in ("data", "served_folder")})


def exit_task() -> dict[str, Any]:
    status = {"taskFinalStatus": {"producerTask": "tfx-dag"}}
    return {
        **task("Notification", {"status": status}),
        "dependentTasks": ["tfx-dag"],
        "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"},
    }


def executors() -> dict[str, Any]:
    steps = ("ImageExampleGen", "Trainer", "BaselineModel", "Pusher", "Notification")
    found = {f"{step}_executor": {"container": container(step)} for step in steps}
    gpu = {"type": "nvidia.com/gpu", "count": "1"}
    found["Trainer_executor"]["container"]["resources"]["accelerator"] = gpu
    return found


def container(step: str) -> dict[str, Any]:
    return {
        "image": "registry.example:5000/fcn:1.2.0",
        "command": ["python", "-m", "components.kubeflow.entry_point"],
        "args": [
            "--executor_class_path",
            f"components.{step}.Executor",
            "--json_serialized_invocation_args",
            "{{$}}",
        ],
        "resources": {
            "cpuRequest": 1.0,
            "cpuLimit": 2.0,
            "memoryRequest": 4.0,
            "memoryLimit": 8.0,
        },
    }


def unshared(document: dict[str, Any]) -> dict[str, Any]:
    """A copy without shared parts, so that a test breaks only one place."""
    return json.loads(json.dumps(document))


def good_platform() -> dict[str, Any]:
    pods = {
        "ImageExampleGen_executor": {"pvcMount": [claim("fcn-data", "/data")]},
        "Trainer_executor": {
            "activeDeadlineSeconds": "3600",
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
            "nodeSelector": {"labels": {"nvidia.com/gpu.product": "NVIDIA-H100"}},
            "emptyDirMounts": [
                {
                    "volumeName": "shared-memory",
                    "mountPath": "/dev/shm",
                    "medium": "Memory",
                    "sizeLimit": "512Mi",
                }
            ],
        },
        "BaselineModel_executor": {"pvcMount": [claim("fcn-served", "/served")]},
        "Pusher_executor": {"pvcMount": [claim("fcn-served", "/served")]},
        "Notification_executor": {"secretAsEnv": [webhook()]},
    }
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": pods}}}}


def claim(name: str, path: str) -> dict[str, str]:
    return {"constant": name, "mountPath": path}


def webhook() -> dict[str, Any]:
    variable = {"secretKey": "url", "envVar": "FCN_WEBHOOK_URL"}
    return {"secretName": "fcn-webhook", "keyToEnv": [variable]}
