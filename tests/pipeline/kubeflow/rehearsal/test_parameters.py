"""Values of parameters, with the types and the text that the backend gives them."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.outcome import DriverFailed
from pipeline.kubeflow.rehearsal.parameters import Types
from tests.fakes.kubeflow.rehearsed import build_pipeline, constant, rehearse, step


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (3.0, "3"),
        (0.5, "0.5"),
        (True, "true"),
        (None, ""),
        ([1.0, "a"], '[1,"a"]'),
        ({"b": 1.0, "a": {}}, '{"a":{},"b":1}'),
    ],
)
def test_any_value_becomes_text(value, text):
    assert parameters.convert("x", value, Types.STRING) == text


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        ("3", Types.NUMBER_INTEGER),
        (True, Types.NUMBER_DOUBLE),
        (1.0, Types.BOOLEAN),
        ("[]", Types.LIST),
    ],
)
def test_a_value_of_another_type_is_refused(value, declared):
    with pytest.raises(DriverFailed, match=r"'x' is .* of type"):
        parameters.convert("x", value, declared)


def test_null_is_refused():
    with pytest.raises(DriverFailed, match="'x' is null"):
        parameters.convert("x", None, Types.NUMBER_INTEGER)


def test_the_file_of_an_output_parameter_has_the_declared_type():
    assert parameters.parse_text("3", Types.NUMBER_INTEGER) == 3
    assert parameters.parse_text("3", Types.STRING) == "3"
    with pytest.raises(ValueError, match="not a BOOLEAN"):
        parameters.parse_text("3", Types.BOOLEAN)


def printed(folder, *args):
    """A rehearsal of a step that prints its arguments, and the lines."""
    found = step("", makes=["model"], parameters={"n": constant(3.0, "NUMBER_INTEGER")})
    document = build_pipeline({"A": found})
    container = document["deploymentSpec"]["executors"]["A_executor"]["container"]
    container |= {"command": ["sh", "-c", 'printf "%s\\n" "$@"', "sh"], "args": list(args)}
    rehearsal = rehearse(folder, document)
    return rehearsal, rehearsal.tasks["A"].log.read_text().splitlines()


def test_parameters_and_uris_are_filled_in(tmp_path):
    rehearsal, lines = printed(
        tmp_path, "n={{$.inputs.parameters['n']}}", "{{$.outputs.artifacts['model'].uri}}"
    )

    uri = rehearsal.tasks["A"].outputs.artifacts["model"].uri
    assert lines[:2] == ["n=3", uri]


def test_the_whole_input_has_whole_numbers_without_a_point(tmp_path):
    _, lines = printed(tmp_path, "{{$}}")

    assert '"parameterValues": {"n": 3}' in lines[0]


def test_an_unknown_placeholder_stays(tmp_path):
    _, lines = printed(tmp_path, "{{$.inputs.parameters['m']}}")

    assert lines[0] == "{{$.inputs.parameters['m']}}"
