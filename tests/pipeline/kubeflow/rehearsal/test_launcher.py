"""Inputs that are staged for a step, and outputs that are uploaded."""

from __future__ import annotations

import json

import pytest

from pipeline.kubeflow.rehearsal.outcome import TaskState
from pipeline.kubeflow.rehearsal.store import ObjectStore
from tests.fakes.kubeflow.rehearsed import (
    MODEL,
    READS,
    WRITES,
    build_pipeline,
    constant,
    rehearse,
    step,
)

INTEGER = {"parameterType": "NUMBER_INTEGER"}
READER = {"reads": {"model": ("A", "model")}}
LIST = "print(sorted(path.name for path in place('inputs', 'model').rglob('*')))"


def pair(first, second=READS, **changes):
    return build_pipeline(
        {"A": step(first, makes=["model"], **changes), "B": step(second, **READER)}
    )


def first_line(rehearsal, name):
    """The JSON that a step printed in its first line."""
    return json.loads(rehearsal.tasks[name].log.read_text().splitlines()[0])


def test_an_input_has_no_type_and_its_id_as_its_name(tmp_path):
    first = WRITES + "\nreport(artifacts={'model': {'artifacts': [{'metadata': {'good': True}}]}})"

    rehearsal = rehearse(tmp_path, pair(first, "print(sys.argv[1])"))

    made = rehearsal.tasks["A"].outputs.artifacts["model"]
    (found,) = first_line(rehearsal, "B")["inputs"]["artifacts"]["model"]["artifacts"]
    assert found["type"] == {"instanceSchema": ""}
    assert (found["name"], found["uri"]) == (str(made.id), made.uri)
    assert (found["metadata"]["good"], found["metadata"]["display_name"]) == (1, "model")


def test_outputs_have_their_types_and_logs_are_added(tmp_path):
    rehearsal = rehearse(tmp_path, pair("print(sys.argv[1])", ""))

    outputs = first_line(rehearsal, "A")["outputs"]["artifacts"]
    assert outputs["model"]["artifacts"][0]["type"] == MODEL
    assert outputs["executor-logs"]["artifacts"][0]["type"] == {"schemaTitle": "system.Artifact"}
    root = f"minio://mlpipeline/v2/artifacts/tiny/{rehearsal.run_id}/A/"
    assert outputs["model"]["artifacts"][0]["uri"].startswith(root)


def test_the_log_of_a_step_is_stored_whether_it_succeeds_or_not(tmp_path):
    rehearsal = rehearse(tmp_path, pair("print('a')\n" + WRITES, "sys.exit('b')"))

    stored = {p.parents[1].name: p.read_text() for p in tmp_path.rglob("executor-logs-0")}
    assert rehearsal.tasks["B"].state is TaskState.FAILED
    assert stored == {"A": "a\n", "B": "b\n"}


def test_only_the_log_of_a_failed_step_is_stored(tmp_path):
    rehearse(tmp_path, pair(WRITES + "\nsys.exit(1)"))

    assert [p.name for p in (tmp_path / "work/store").rglob("*") if p.is_file()] == [
        "executor-logs-0"
    ]


def test_a_step_whose_output_parameter_is_missing_stores_nothing(tmp_path):
    document = pair(WRITES, output_parameters={"count": INTEGER})

    rehearsal = rehearse(tmp_path, document)

    assert "failed to read output parameter 'count'" in rehearsal.tasks["A"].reason
    assert [p for p in (tmp_path / "work/store").rglob("*") if p.is_file()] == []


def test_the_report_of_a_step_lies_next_to_its_outputs(tmp_path):
    rehearsal = rehearse(tmp_path, pair("print(sys.argv[1])\nreport()", ""))

    outputs = first_line(rehearsal, "A")["outputs"]
    folder = outputs["artifacts"]["model"]["artifacts"][0]["uri"].removesuffix("/model")
    place = folder.replace("minio://", "/minio/")
    assert outputs["outputFile"].endswith(f"/staged{place}/output_metadata.json")
    assert not list(tmp_path.rglob("output_metadata.json"))


def test_a_backend_that_publishes_no_logs_adds_no_output(tmp_path):
    document = pair("print(sys.argv[1])\n" + WRITES, "sys.exit('b')")

    rehearsal = rehearse(tmp_path, document, publish_logs=False)

    assert list(first_line(rehearsal, "A")["outputs"]["artifacts"]) == ["model"]
    assert [task.name for task in rehearsal.failed] == ["B"]
    assert not list(tmp_path.rglob("executor-logs*"))


def test_a_step_cannot_move_the_log(tmp_path):
    elsewhere = "minio://mlpipeline/v2/artifacts/elsewhere"
    script = f"report(artifacts={{'executor-logs': {{'artifacts': [{{'uri': {elsewhere!r}}}]}}}})"

    rehearsal = rehearse(tmp_path, pair(script, ""))

    assert rehearsal.find_artifact("A", "executor-logs").name == "executor-logs-0"


def test_empty_folders_are_lost(tmp_path):
    first = WRITES + "\n(place('outputs', 'model') / 'empty').mkdir()"

    rehearsal = rehearse(tmp_path, pair(first, LIST))

    assert rehearsal.tasks["B"].log.read_text() == "['weights']\n"


def test_a_missing_output_is_registered_with_a_warning(tmp_path):
    rehearsal = rehearse(tmp_path, pair("", "print(place('inputs', 'model').exists())"))

    assert "does not exist" in rehearsal.tasks["A"].warnings[0]
    assert "model" in rehearsal.tasks["A"].outputs.artifacts
    assert rehearsal.tasks["B"].read_log_tail(1) == ["False"]


class MarkingStore(ObjectStore):
    """Adds a zero-byte key for each folder, as file system libraries do."""

    def put(self, uri, source):
        super().put(uri, source)
        if uri.endswith("/weights"):
            self.find_path(uri.removesuffix("weights")).touch()


def test_a_directory_marker_breaks_the_download(tmp_path):
    rehearsal = rehearse(tmp_path, pair(WRITES), store=MarkingStore(tmp_path / "store"))

    (failed,) = rehearsal.failed
    assert (failed.name, failed.state) == ("B", TaskState.FAILED)
    assert "is a directory" in failed.reason
    assert "write artifacts to the staged path" in failed.reason


def test_files_go_to_the_uri_that_a_step_reports(tmp_path):
    script = """
artifact = given['outputs']['artifacts']['model']['artifacts'][0]
artifact['uri'] += '/deeper'
write('model', 'weights', 'trained')
report(artifacts={'model': {'artifacts': [{'uri': artifact['uri']}]}})
"""

    rehearsal = rehearse(tmp_path, pair(script))

    assert rehearsal.state == "SUCCEEDED"
    assert rehearsal.find_artifact("A", "model").name == "deeper"


def test_a_uri_outside_the_root_is_not_uploaded(tmp_path):
    script = "report(artifacts={'model': {'artifacts': [{'uri': 's3://other/place'}]}})"

    rehearsal = rehearse(tmp_path, pair(script))

    assert "not below the pipeline root" in rehearsal.failed[0].reason


def test_a_local_path_for_a_uri_is_a_warning_and_never_stored(tmp_path):
    script = WRITES + "\nreport(artifacts={'model': {'artifacts': [{'uri': '/lost'}]}})"

    rehearsal = rehearse(tmp_path, pair(script))

    assert "no recognized storage URI" in rehearsal.tasks["A"].warnings[0]
    assert rehearsal.tasks["B"].state is TaskState.FAILED


def test_an_invalid_executor_output_fails_the_step(tmp_path):
    rehearsal = rehearse(tmp_path, pair("report(artefacts={})"))

    assert "failed to unmarshall ExecutorOutput" in rehearsal.tasks["A"].reason


def test_an_output_parameter_becomes_text_for_an_input_of_text(tmp_path):
    output = "given['outputs']['parameters']['count']['outputFile']"
    source = {"producerTask": "A", "outputParameterKey": "count"}
    steps = {
        "A": step(
            f"open({output}, 'w').write('3')",
            output_parameters={"count": {"parameterType": "NUMBER_INTEGER"}},
        ),
        "B": step(
            "print(repr(values['n']))",
            parameters={"n": {"type": "STRING", "taskOutputParameter": source}},
        ),
    }

    rehearsal = rehearse(tmp_path, build_pipeline(steps))

    assert rehearsal.tasks["B"].log.read_text() == "'3'\n"


@pytest.mark.parametrize("root", ["gs://bucket/tfx", "s3://bucket/tfx", "minio://bucket/tfx"])
def test_every_scheme_has_its_folder(tmp_path, root):
    folder = root.replace("://", "/").replace("gs/", "gcs/")
    script = "print(os.environ['FCN_STAGED_ROOT'], sys.argv[2])"
    document = build_pipeline({"A": step(script, makes=["model"])})
    container = document["deploymentSpec"]["executors"]["A_executor"]["container"]
    container["args"].append("{{$.outputs.artifacts['model'].path}}")

    rehearsal = rehearse(tmp_path, document, pipeline_root=root)

    staged, path = rehearsal.tasks["A"].log.read_text().splitlines()[0].split()
    assert path.startswith(f"{staged}/{folder}/tiny/{rehearsal.run_id}/A/")


def test_the_launcher_refuses_a_root_without_a_scheme(tmp_path):
    rehearsal = rehearse(tmp_path, pair(WRITES), pipeline_root="/mnt/root")

    assert "unsupported storage scheme" in rehearsal.failed[0].reason


def test_parameters_have_their_declared_types(tmp_path):
    values = {
        "text": constant(3.0),
        "number": constant(3.0, "NUMBER_INTEGER"),
        "share": constant(0.5, "NUMBER_DOUBLE"),
        "flag": constant(True, "BOOLEAN"),
        "items": constant([1.0, "a"], "LIST"),
    }
    document = build_pipeline(
        {"A": step("print(json.dumps(values, sort_keys=True))", parameters=values)}
    )

    rehearsal = rehearse(tmp_path, document)

    expected = {"text": "3", "number": 3, "share": 0.5, "flag": True, "items": [1, "a"]}
    assert first_line(rehearsal, "A") == expected
