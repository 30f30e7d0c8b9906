"""What stops the compilation of the real graph, each with a sentence that names the mend."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import yaml
from tfx import v1 as tfx
from tfx.types import standard_artifacts

from pipeline.kubeflow import compilation, lint
from pipeline.settings import Cluster, Step
from trainer import configs
from trainer.overrides import with_overrides

CLUSTER = Cluster(image="registry.example/fcn-pipeline:1.0")
FLOWERS = configs.load("flowers")


@pytest.fixture(scope="module")
def compiled():
    """The two documents of the real graph."""
    return list(yaml.safe_load_all(compilation.written(compilation.compiled(FLOWERS, CLUSTER))))


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


def without_command(documents):
    del container(documents, "Trainer")["command"]


def gpu_without_limit(documents):
    container(documents, "Trainer")["resources"]["accelerator"]["count"] = "0"


def ignored_shared_memory(documents):
    pod(documents, "Trainer")["enabledSharedMemory"] = {"volumeName": "shm", "size": "8Gi"}


def parameter_of_nobody(documents):
    del documents[0]["root"]["dag"]["tasks"]["tfx-dag"]["inputs"]["parameters"]["data"]


def cancelled_retries(documents):
    task(documents, "Trainer")["retryPolicy"]["backoffMaxDuration"] = "3600s"


def test_the_real_graph_is_stopped_by_nothing(compiled):
    assert lint.problems_in_text(yaml.safe_dump_all(compiled)) == []


@pytest.mark.parametrize(
    ("spoil", "step", "mend"),
    [
        (without_command, "Trainer", "command"),
        (gpu_without_limit, "Trainer", "accelerator.count to 1"),
        (ignored_shared_memory, "Trainer", "emptyDirMounts with medium Memory"),
        (parameter_of_nobody, "tfx-dag", "give it a value"),
        (cancelled_retries, "Trainer", "backoffMaxDuration"),
    ],
)
def test_what_settings_cannot_say_is_stopped_in_the_documents(documents, spoil, step, mend):
    spoil(documents)

    problems = lint.problems_in_text(yaml.safe_dump_all(documents))

    assert [p for p in problems if p.startswith(f"{step}: ") and mend in p]


@pytest.mark.parametrize(
    ("change", "step", "mend"),
    [
        ({"image": "registry.example/fcn-pipeline"}, "Trainer", "tag"),
        ({"steps": {"Tokenizer": Step()}}, "Tokenizer", "name"),
        ({"push_root": "served"}, "Pusher", "absolute"),
    ],
    ids=["unpinned-image", "no-such-step", "relative-push-root"],
)
def test_settings_that_would_not_run_stop_it(change, step, mend, tmp_path):
    with pytest.raises(ValueError, match=rf"(?m)^  {step}.*{mend}"):
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, replace(CLUSTER, **change))

    assert not list(tmp_path.iterdir())


def test_a_name_that_kubernetes_refuses_stops_it():
    with pytest.raises(ValueError, match=r"name.*My_Flowers.*it should be 1 to 63 of a-z"):
        with_overrides(FLOWERS, ("name=My_Flowers",))


def test_a_name_with_no_room_for_what_kubernetes_adds_stops_it(tmp_path):
    with pytest.raises(ValueError, match=r"a{60}.*57"):
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

    with pytest.raises(ValueError, match=r"LatestModel.*Resolver"):
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, CLUSTER)
