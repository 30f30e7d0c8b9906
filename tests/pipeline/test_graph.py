"""The graph: which step depends on which, and that both runners compile it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tfx.dsl.compiler.compiler import Compiler
from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner as kubeflow

from pipeline.graph import create_pipeline
from pipeline.kubeflow.cluster import READ_SERVED_VERSIONS
from pipeline.settings import Settings
from trainer import configs
from trainer.doubt_config import DoubtConfig

SETTINGS = Settings(data="/data/images", workdir="/run", push_root="/served", fingerprint="f00")
REFUSED = ("Resolver", "InfraValidator", "ImportExampleGen", "LatestBlessed")


def load_images():
    experiment = configs.load("images")
    return replace(experiment, data=replace(experiment.data, classes=("cat", "dog")))


EXPERIMENTS = {
    "flowers": configs.load("flowers"),
    "images": load_images(),
    "pets": configs.load("pets"),
    "pet-heads": configs.load("pet-heads"),
}
DOUBT = DoubtConfig(most=7)
OWN = DoubtConfig(own_folds=3)


@pytest.fixture(scope="module", params=EXPERIMENTS)
def experiment(request):
    return EXPERIMENTS[request.param]


@pytest.fixture(scope="module")
def steps(experiment):
    """The components, by name."""
    return {c.id: c for c in create_pipeline(experiment, SETTINGS).components}


@pytest.fixture(scope="module")
def on_kubeflow(experiment, tmp_path_factory):
    """The pipeline compiled by TFX's runner for Kubeflow."""
    folder = tmp_path_factory.mktemp("kubeflow")
    config = kubeflow.KubeflowV2DagRunnerConfig(
        default_image="registry.local/fcn:1", use_pipeline_spec_2_1=True
    )
    runner = kubeflow.KubeflowV2DagRunner(config, str(folder), "graph.json")
    runner.run(create_pipeline(experiment, SETTINGS))
    return json.loads((folder / "graph.json").read_text())["pipelineSpec"]


def sources(step):
    """The component and output that each input comes from."""
    inputs = step.inputs.items()
    return {name: (c.producer_component_id, c.output_key) for name, c in inputs}


EXAMPLES = ("ImageExampleGen", "examples")
STATISTICS = ("StatisticsGen", "statistics")
LEARNED = ("Transform", "transform_graph")
MODEL = ("Trainer", "model")


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        ("StatisticsGen", {"examples": EXAMPLES}),
        (
            "ExampleValidator",
            {"statistics": STATISTICS, "schema": ("CuratedSchema", "curated")},
        ),
        (
            "AnomalyGate",
            {
                "anomalies": ("ExampleValidator", "anomalies"),
                "statistics": STATISTICS,
                "curated": ("CuratedSchema", "curated"),
            },
        ),
        ("Transform", {"examples": EXAMPLES, "schema": ("CuratedSchema", "curated")}),
        ("Trainer", {"examples": EXAMPLES, "transform_graph": LEARNED}),
        ("BaselineModel", {"statistics": STATISTICS, "transform_graph": LEARNED}),
        (
            "Evaluator",
            {
                "examples": EXAMPLES,
                "model": MODEL,
                "baseline_model": ("BaselineModel", "baseline"),
            },
        ),
        (
            "ModelServable",
            {
                "model": MODEL,
                "examples": EXAMPLES,
                "statistics": STATISTICS,
                "transform_graph": LEARNED,
            },
        ),
        (
            "Pusher",
            {
                "model_blessing": ("Evaluator", "blessing"),
                "infra_blessing": ("ModelServable", "blessing"),
                "evaluation": ("Evaluator", "evaluation"),
            },
        ),
    ],
)
def test_each_step_gets_its_inputs_from_the_right_steps(steps, step, inputs):
    assert sources(steps[step]) == inputs


def test_nothing_is_trained_before_the_data_passed_its_gate(steps):
    assert "AnomalyGate" in upstream(steps, "Trainer")


def test_nothing_is_pushed_before_the_model_passed_its_gates(steps):
    assert {"Evaluator", "ModelServable", "BaselineModel"} <= upstream(steps, "Pusher")


def make_doubting(experiment, doubt, settings=SETTINGS):
    doubted = replace(experiment, doubt=doubt)
    return {c.id: c for c in create_pipeline(doubted, settings).components}


def test_nobody_looks_for_doubts_unless_the_experiment_wants_it(steps, experiment):
    doubting = make_doubting(experiment, DOUBT)

    assert doubting.keys() - steps.keys() == {"LabelDoubts"}
    assert "LabelDoubts" in upstream(doubting, "Pusher")  # The last step is never cached.
    assert doubting["LabelDoubts"].exec_properties["most"] == 7


def test_doubts_get_what_their_judge_needs_and_no_more(experiment):
    judge = {"model": MODEL} if experiment.task == "masks" else {}
    for doubt, needed in ((DOUBT, judge), (OWN, {"transform_graph": LEARNED})):
        step = make_doubting(experiment, doubt)["LabelDoubts"]

        assert sources(step) == {"examples": EXAMPLES, **needed}


def test_doubts_are_no_part_of_the_training(steps, experiment):
    for doubt in (DOUBT, OWN):
        doubting = make_doubting(experiment, doubt)

        for name, step in steps.items():
            assert doubting[name].exec_properties == step.exec_properties


def test_the_own_network_of_doubts_trains_as_the_trainer_does(experiment):
    settings = replace(SETTINGS, precision="bfloat16")
    doubting = make_doubting(experiment, OWN, settings)
    trained = json.loads(doubting["Trainer"].exec_properties["custom_config"])

    assert doubting["LabelDoubts"].exec_properties["recipe"] == trained["experiment"]
    assert make_doubting(experiment, DOUBT)["LabelDoubts"].exec_properties["recipe"] == ""


def upstream(steps, name):
    """The names of all components that a step depends on."""
    direct = {node.id for node in steps[name].upstream_nodes}
    return direct.union(*(upstream(steps, source) for source in direct))


def test_the_local_runner_compiles_the_graph(experiment):
    compiled = Compiler().compile(create_pipeline(experiment, SETTINGS))

    assert compiled.pipeline_info.id == experiment.name


def test_kubeflow_compiles_the_graph(steps, on_kubeflow):
    executors = on_kubeflow["deploymentSpec"]["executors"]

    assert on_kubeflow["schemaVersion"] == "2.1.0"
    assert {f"{name}_executor" for name in steps} == set(executors)


def test_every_step_on_kubeflow_is_a_container_with_a_command(on_kubeflow):
    for name, executor in on_kubeflow["deploymentSpec"]["executors"].items():
        assert list(executor) == ["container"], name
        assert executor["container"]["command"], name


def test_the_graph_has_nothing_that_kubeflow_refuses(on_kubeflow):
    text = json.dumps(on_kubeflow)

    assert not [name for name in REFUSED if name in text]
    assert "_task" not in json.dumps(on_kubeflow["root"]).replace("dependentTasks", "")


def test_all_places_are_absolute(steps):
    trained = json.loads(steps["Trainer"].exec_properties["custom_config"])

    assert steps["ImageExampleGen"].exec_properties["input_base"] == SETTINGS.data
    assert trained["checkpoints"] == "/run/checkpoints"
    for step in READ_SERVED_VERSIONS:
        assert steps[step].exec_properties["served_folder"].startswith("/served/")


def test_the_root_of_all_artifacts_is_in_the_working_directory(experiment):
    root = create_pipeline(experiment, SETTINGS).pipeline_info.pipeline_root

    assert root == "/run/artifacts"


def test_precision_and_devices_of_the_settings_reach_the_trainer(experiment):
    settings = replace(SETTINGS, precision="bfloat16", devices="all")
    for given, expected in ((SETTINGS, ("float32", "one")), (settings, ("bfloat16", "all"))):
        made = {step.id: step for step in create_pipeline(experiment, given).components}
        values = json.loads(made["Trainer"].exec_properties["custom_config"])
        train = json.loads(values["experiment"])["train"]

        assert (train["precision"], train["devices"]) == expected


def test_a_push_attempt_reaches_the_pusher(experiment):
    settings = replace(SETTINGS, push_attempt="2")

    (pusher,) = [c for c in create_pipeline(experiment, settings).components if c.id == "Pusher"]

    assert pusher.exec_properties["attempt"] == "2"


def test_a_graph_of_an_unknown_task_is_refused(experiment):
    data = replace(experiment.data, task="poses")

    with pytest.raises(ValueError, match=r"data\.task=poses"):
        create_pipeline(replace(experiment, data=data, unions=()), SETTINGS)


@pytest.mark.parametrize("fast", [False, True], ids=["full", "fast"])
@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_every_experiment_compiles_into_the_graph(name, fast):
    experiment = configs.load(name, fast=fast)
    compiled = Compiler().compile(create_pipeline(experiment, SETTINGS))
    steps = [node.pipeline_node.node_info.id for node in compiled.nodes]

    assert {"ImageExampleGen", "Transform", "Trainer", "Evaluator", "Pusher"} <= set(steps)
