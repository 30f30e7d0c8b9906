"""What stops the compilation of the real graph, each with its rule and place."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import yaml
from tfx import v1 as tfx
from tfx.types import standard_artifacts

from pipeline.kubeflow import compilation, lint
from pipeline.kubeflow.cluster import Cluster, StepSettings
from trainer import configs
from trainer.overrides import with_overrides

CLUSTER = Cluster(image="registry.example/fcn-pipeline:1.0")
FLOWERS = configs.load("flowers")


@pytest.fixture(scope="module")
def compiled():
    """The two documents of the real graph."""
    return list(
        yaml.safe_load_all(compilation.format_yaml(compilation.compile_graph(FLOWERS, CLUSTER)))
    )


@pytest.fixture
def documents(compiled):
    return copy.deepcopy(compiled)


def container(documents, step):
    return documents[0]["deploymentSpec"]["executors"][f"{step}_executor"]["container"]


def pod(documents, step):
    executors = documents[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    return executors[f"{step}_executor"]


def task(documents, step):
    return documents[0]["components"]["tfx-dag"]["dag"]["tasks"][step]


def remove_command(documents):
    del container(documents, "Trainer")["command"]


def remove_gpu_limit(documents):
    container(documents, "Trainer")["resources"]["accelerator"]["count"] = "0"


def add_ignored_shared_memory(documents):
    pod(documents, "Trainer")["enabledSharedMemory"] = {"volumeName": "shm", "size": "8Gi"}


def remove_parameter(documents):
    del documents[0]["root"]["dag"]["tasks"]["tfx-dag"]["inputs"]["parameters"]["data"]


def shorten_backoff(documents):
    task(documents, "Trainer")["retryPolicy"]["backoffMaxDuration"] = "3600s"


def test_the_real_graph_has_no_problems(compiled):
    assert lint.find_problems_in_text(yaml.safe_dump_all(compiled)) == []


@pytest.mark.parametrize(
    ("break_documents", "place", "rule"),
    [
        (remove_command, "Trainer", "command-missing"),
        (remove_gpu_limit, "Trainer", "gpu-count-zero"),
        (add_ignored_shared_memory, "Trainer", "ignored-shared-memory"),
        (remove_parameter, "tfx-dag", "parameter-missing"),
        (shorten_backoff, "Trainer", "retries-cancelled"),
    ],
)
def test_what_settings_cannot_say_stops_it(documents, break_documents, place, rule):
    break_documents(documents)

    problems = lint.find_problems_in_text(yaml.safe_dump_all(documents))

    assert (rule, place) in [(problem.rule, problem.place) for problem in problems]


@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        ({"image": "registry.example/fcn-pipeline"}, "Trainer", "image-not-pinned"),
        (
            {"steps": {"Tokenizer": StepSettings()}},
            "Tokenizer_executor",
            "settings-without-executor",
        ),
        ({"push_root": "served"}, "Pusher", "relative-path"),
    ],
    ids=["unpinned-image", "no-such-step", "relative-push-root"],
)
def test_settings_that_would_not_run_stop_it(change, place, rule, tmp_path):
    with pytest.raises(ValueError, match=rf"(?m)^  {place}: .* \[{rule}\]$"):
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, replace(CLUSTER, **change))

    assert not list(tmp_path.iterdir())


def test_a_name_that_kubernetes_refuses_stops_it():
    with pytest.raises(ValueError, match=r"name.*My_Flowers.*it should be 1 to 63 of a-z"):
        with_overrides(FLOWERS, ("name=My_Flowers",))


def test_a_name_with_no_room_for_what_kubernetes_adds_stops_it(tmp_path):
    with pytest.raises(ValueError, match=r"a{60}.*\[bad-pipeline-name\]"):
        compilation.compile_to(tmp_path / "f.yaml", replace(FLOWERS, name="a" * 60), CLUSTER)


def test_a_resolver_in_the_graph_stops_it(monkeypatch, tmp_path):
    def with_resolver(experiment, settings):
        graph = create_pipeline(experiment, settings)
        latest = tfx.dsl.Resolver(
            strategy_class=tfx.dsl.experimental.LatestArtifactStrategy,
            model=tfx.dsl.Channel(type=standard_artifacts.Model),
        ).with_id("LatestModel")
        graph.components = [*graph.components, latest]
        return graph

    create_pipeline = compilation.create_pipeline
    monkeypatch.setattr(compilation, "create_pipeline", with_resolver)

    with pytest.raises(ValueError, match=r"LatestModel.*\[unsupported-executor\]"):
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, CLUSTER)
