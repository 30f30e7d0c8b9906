"""The compiled graph: parameters, containers, retries, and pods for the open-source backend."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kfp import components

from pipeline.kubeflow import compilation, pods
from pipeline.kubeflow.cluster import VOLUMES, ClusterSettings, Gpu, Secret, StepSettings, Volume
from pipeline.kubeflow.messages import as_json
from trainer import configs
from trainer.doubt_config import DoubtConfig

CLUSTER = ClusterSettings(image="registry.example/fcn-pipeline:1.0")
EXPERIMENTS = {name: configs.load(name) for name in ("flowers", "pets")}
FLOWERS = EXPERIMENTS["flowers"]


@pytest.fixture(scope="module", params=EXPERIMENTS)
def experiment(request):
    return EXPERIMENTS[request.param]


@pytest.fixture(scope="module")
def file(experiment, tmp_path_factory):
    path = tmp_path_factory.mktemp("compiled") / "pipeline.yaml"
    compilation.compile_to(path, experiment, CLUSTER)
    return path


@pytest.fixture(scope="module")
def pipeline(experiment):
    return compilation.compile_graph(experiment, CLUSTER)


def tasks_of(pipeline):
    return {task.name: task.spec for task in pipeline.list_tasks() if not task.nested}


def container_of(pipeline, step):
    return pipeline.executors[f"{step}_executor"].container


def pod_of(pipeline, step):
    """The Kubernetes settings of a step's pods, as JSON."""
    return as_json(pipeline.given_pods[f"{step}_executor"])


def test_kfp_loads_both_documents(file):
    loaded = components.load_component_from_file(str(file))

    assert set(loaded.component_spec.inputs) == {"data", "served_folder", "served_version"}
    assert loaded.platform_spec.platforms["kubernetes"].deployment_spec.executors


def test_the_same_pipeline_is_the_same_file_byte_for_byte(file, experiment, tmp_path):
    again = tmp_path / "again.yaml"

    compilation.compile_to(again, experiment, CLUSTER)

    assert again.read_bytes() == file.read_bytes()


def test_each_parameter_has_a_default_and_reaches_the_nested_tasks(pipeline, experiment):
    given = pipeline.spec.root.input_definitions.parameters
    nested = pipeline.spec.components["tfx-dag"].input_definitions.parameters
    handed = pipeline.spec.root.dag.tasks["tfx-dag"].inputs.parameters

    assert {name: p.default_value.string_value for name, p in given.items()} == {
        "data": f"/data/{experiment.name}",
        "served_folder": f"/served/{experiment.name}",
        "served_version": "newest",
    }
    assert set(nested) == set(given)
    assert {name: p.component_input_parameter for name, p in handed.items()} == {
        n: n for n in given
    }


def test_each_step_starts_the_entry_point(pipeline):
    for step in tasks_of(pipeline):
        container = container_of(pipeline, step)

        assert list(container.command) == ["python", "-m", "components.kubeflow.entry_point"]
        assert container.image == CLUSTER.image


def test_steps_with_side_effects_or_outside_inputs_are_never_cached(pipeline):
    cached = {
        name for name, task in tasks_of(pipeline).items() if task.caching_options.enable_cache
    }

    assert "Trainer" in cached
    assert not cached & {"ImageExampleGen", "AnomalyGate", "BaselineModel", "Pusher"}
    assert "Notification" not in cached


def test_the_last_task_to_end_is_never_cached(pipeline):
    nested = pipeline.root.tasks["tfx-dag"].nested

    assert [task.name for task in nested.last_tasks] == ["Pusher"]
    assert "RunReport" in nested.tasks["Pusher"].predecessors
    assert not nested.tasks["Pusher"].spec.caching_options.enable_cache


@pytest.mark.parametrize("doubt", [{}, {"own_folds": 3}], ids=["judge", "own-folds"])
def test_labels_to_doubt_compile_before_the_last_task(experiment, doubt, tmp_path):
    doubting = replace(experiment, doubt=DoubtConfig(**doubt))

    pipeline = compilation.compile_to(tmp_path / "pipeline.yaml", doubting, CLUSTER)

    nested = pipeline.root.tasks["tfx-dag"].nested
    assert [task.name for task in nested.last_tasks] == ["Pusher"]
    assert "LabelDoubts" in nested.tasks["Pusher"].predecessors
    assert nested.tasks["LabelDoubts"].spec.caching_options.enable_cache
    assert components.load_component_from_file(str(tmp_path / "pipeline.yaml"))


def test_doubts_of_the_own_network_get_the_trainers_node_for_each_fold():
    for doubt, gpus, hours in ((DoubtConfig(), 0, 4), (DoubtConfig(own_folds=3), 1, 72)):
        pipeline = compilation.compile_graph(replace(FLOWERS, doubt=doubt), CLUSTER)
        pod = pod_of(pipeline, "LabelDoubts")

        assert container_of(pipeline, "LabelDoubts").resources.accelerator.count == gpus
        assert pod["activeDeadlineSeconds"] == str(hours * 60 * 60)
        assert ("tolerations" in pod) == bool(gpus)


def test_settings_of_doubts_are_kept_for_experiments_that_have_them(tmp_path):
    cluster = replace(CLUSTER, steps={**CLUSTER.steps, "LabelDoubts": StepSettings(cpu_limit=7.0)})

    compilation.compile_to(tmp_path / "flowers.yaml", FLOWERS, cluster)
    doubting = compilation.compile_graph(replace(FLOWERS, doubt=DoubtConfig()), cluster)

    assert container_of(doubting, "LabelDoubts").resources.cpu_limit == 7.0


def test_weights_that_judge_labels_must_be_on_a_volume(tmp_path):
    doubting = replace(FLOWERS, doubt=DoubtConfig(weights="lite0.pth"))

    with pytest.raises(ValueError, match=r"(?m)^  LabelDoubts: .*lite0.* \[relative-path\]$"):
        compilation.compile_to(tmp_path / "flowers.yaml", doubting, CLUSTER)


def test_a_backend_without_a_final_status_gets_no_notification(tmp_path):
    cluster = replace(CLUSTER, notification=False)
    pipeline = compilation.compile_graph(FLOWERS, cluster)

    assert set(tasks_of(pipeline)) == set(tasks_of(compilation.compile_graph(FLOWERS, CLUSTER))) - {
        "Notification"
    }
    compilation.compile_to(tmp_path / "flowers.yaml", FLOWERS, cluster)
    loaded = components.load_component_from_file(str(tmp_path / "flowers.yaml"))
    assert set(loaded.component_spec.inputs) == {"data", "served_folder", "served_version"}


@pytest.mark.parametrize("follow_links", [False, True])
def test_the_settings_decide_whether_links_are_followed(follow_links):
    cluster = replace(CLUSTER, follow_links=follow_links)

    task = tasks_of(compilation.compile_graph(FLOWERS, cluster))["ImageExampleGen"]

    found = task.inputs.parameters["follow_links"].runtime_value.constant
    assert found.number_value == int(follow_links)


def test_caching_can_be_turned_off():
    pipeline = compilation.compile_graph(FLOWERS, replace(CLUSTER, caching=False))

    assert not [n for n, task in tasks_of(pipeline).items() if task.caching_options.enable_cache]


def test_the_longest_duration_of_retries_is_enough_for_all_attempts(pipeline):
    for name, task in tasks_of(pipeline).items():
        step, policy = CLUSTER.find_step_settings(name), task.retry_policy

        assert policy.max_retry_count == 2
        attempts = (step.retries + 1) * step.timeout_seconds + 3 * step.backoff_seconds
        assert policy.backoff_max_duration.seconds >= attempts
        assert pod_of(pipeline, name)["activeDeadlineSeconds"] == str(step.timeout_seconds)


def test_only_the_trainer_runs_on_a_gpu_node(pipeline):
    accelerator = container_of(pipeline, "Trainer").resources.accelerator
    pod = pod_of(pipeline, "Trainer")

    assert (accelerator.type, accelerator.count) == ("nvidia.com/gpu", 1)
    assert pod["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert pod["emptyDirMounts"][0]["mountPath"] == "/dev/shm"
    others = set(tasks_of(pipeline)) - {"Trainer"}
    assert not [o for o in others if container_of(pipeline, o).resources.accelerator.type]
    assert not [o for o in others if "tolerations" in pod_of(pipeline, o)]


def test_no_pod_runs_as_root(pipeline):
    if not pods.HAS_SECURITY_CONTEXT:
        pytest.skip("this kfp-kubernetes has no field for it")
    for step in tasks_of(pipeline):
        assert pod_of(pipeline, step)["securityContext"]["runAsNonRoot"] is True


def test_each_step_gets_its_own_secrets_volumes_and_labels():
    webhook = Secret(name="fcn-webhook", env={"FCN_WEBHOOK_URL": "url"}, steps=("Notification",))
    cluster = replace(
        CLUSTER,
        secrets=(webhook,),
        volumes=(*VOLUMES, Volume(claim="everywhere", mount_path="/all")),
        labels={"team": "vision"},
        gpu=Gpu(node_labels={"gpu": "h100"}),
        pull_secrets=("registry",),
    )

    pipeline = compilation.compile_graph(FLOWERS, cluster)

    asking = [step for step in tasks_of(pipeline) if "secretAsEnv" in pod_of(pipeline, step)]
    trainer = pod_of(pipeline, "Trainer")
    assert asking == ["Notification"]
    assert [mount["constant"] for mount in trainer["pvcMount"]] == ["everywhere"]
    assert trainer["podMetadata"]["labels"] == {"team": "vision"}
    assert trainer["nodeSelector"]["labels"] == {"gpu": "h100"}
    assert trainer["imagePullSecret"] == [{"secretName": "registry"}]


def test_a_step_without_a_gpu_needs_no_gpu_node():
    cluster = replace(CLUSTER, steps={"Trainer": StepSettings(gpus=0)})

    pipeline = compilation.compile_graph(FLOWERS, cluster)

    assert not container_of(pipeline, "Trainer").resources.accelerator.type
    assert "tolerations" not in pod_of(pipeline, "Trainer")
