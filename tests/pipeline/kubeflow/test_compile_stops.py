"""What stops the compilation of the real graph, each with its place and rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tfx.dsl.components.common.resolver import Resolver
from tfx.dsl.input_resolution.strategies.latest_artifact_strategy import LatestArtifactStrategy
from tfx.types import standard_artifacts
from tfx.types.channel import Channel

from pipeline.kubeflow import compilation
from pipeline.kubeflow.cluster import ClusterSettings, StepSettings
from pipeline.settings_error import SettingsError
from trainer import configs
from trainer.overrides import apply_overrides

CLUSTER = ClusterSettings(image="registry.example/fcn-pipeline:1.0")
FLOWERS = configs.load("flowers")


@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        pytest.param(
            {"image": "registry.example/fcn-pipeline"},
            "Trainer",
            "image-not-pinned",
            id="no-tag",
        ),
        pytest.param(
            {"image": "registry:5000/fcn:latest"}, "Trainer", "image-not-pinned", id="latest"
        ),
        pytest.param(
            {"steps": {"Tokenizer": StepSettings()}},
            "Tokenizer_executor",
            "settings-without-executor",
            id="no-such-step",
        ),
        pytest.param(
            {"steps": {"Trainer": StepSettings(cpu_request=4.0)}},
            "Trainer",
            "request-above-limit",
            id="request-above-limit",
        ),
        pytest.param({"push_root": "served"}, "Pusher", "relative-path", id="relative-push-root"),
        pytest.param(
            {"push_root": "/elsewhere"}, "Pusher", "path-without-volume", id="on-no-volume"
        ),
        pytest.param({"data": "images"}, "ImageExampleGen", "relative-path", id="relative-data"),
    ],
)
def test_settings_that_would_not_run_stop_it_before_it_writes_a_file(change, place, rule, tmp_path):
    with pytest.raises(ValueError, match=rf"(?m)^  {place}: .* \[{rule}\]$"):
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, replace(CLUSTER, **change))

    assert not list(tmp_path.iterdir())


def test_a_missing_image_stops_it(tmp_path):
    with pytest.raises(SettingsError) as raised:
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, replace(CLUSTER, image=""))

    assert raised.value.name == "image"


def test_missing_classes_stop_it(tmp_path):
    with pytest.raises(SettingsError) as raised:
        compilation.compile_to(tmp_path / "f.yaml", configs.load("images"), CLUSTER)

    assert raised.value.name == "data.classes"


def test_a_failed_compilation_leaves_the_file_of_the_last_one(tmp_path):
    path = tmp_path / "flowers.yaml"
    path.write_text("before")

    with pytest.raises(ValueError, match="image"):
        compilation.compile_to(path, FLOWERS, replace(CLUSTER, image="fcn"))

    assert path.read_text() == "before"


def test_a_name_that_kubernetes_refuses_stops_it():
    with pytest.raises(ValueError, match=r"name.*My_Flowers.*use 1 to 57 characters"):
        apply_overrides(FLOWERS, ("name=My_Flowers",))


def test_a_name_without_room_for_a_suffix_stops_it():
    with pytest.raises(ValueError, match="use 1 to 57 characters"):
        replace(FLOWERS, name="a" * 58)


def test_the_longest_name_compiles(tmp_path):
    path = tmp_path / "f.yaml"

    compilation.compile_to(path, replace(FLOWERS, name="a" * 57), CLUSTER)

    assert f"name: {'a' * 57}\n" in path.read_text()


def test_a_resolver_in_the_graph_stops_it(monkeypatch, tmp_path):
    def with_resolver(experiment, settings):
        graph = create_pipeline(experiment, settings)
        latest = Resolver(
            strategy_class=LatestArtifactStrategy,
            model=Channel(type=standard_artifacts.Model),
        ).with_id("LatestModel")
        graph.components = [*graph.components, latest]
        return graph

    create_pipeline = compilation.create_pipeline
    monkeypatch.setattr(compilation, "create_pipeline", with_resolver)

    with pytest.raises(ValueError, match=r"LatestModel.*\[unsupported-executor\]"):
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, CLUSTER)


def test_a_graph_that_may_end_with_a_cached_step_stops_it(monkeypatch, tmp_path):
    def without_the_wait_for_the_report(experiment, cluster):
        spec = run_tfx_compiler(experiment, cluster)
        tasks = spec.components["tfx-dag"].dag.tasks
        tasks["Pusher"].dependent_tasks.remove("RunReport")
        return spec

    run_tfx_compiler = compilation.run_tfx_compiler
    monkeypatch.setattr(compilation, "run_tfx_compiler", without_the_wait_for_the_report)

    with pytest.raises(ValueError, match=r"(?m)^  RunReport: .*\[status-stays-running\]$"):
        compilation.compile_to(tmp_path / "f.yaml", FLOWERS, CLUSTER)
