"""What becomes of the placeholders in a container's command."""

from __future__ import annotations

from tests.fakes.kubeflow.rehearsed import compiled, constant, rehearsal_of, step


def printed(folder, *args):
    """What a step is told in place of these arguments."""
    found = step("", makes=["model"], parameters={"n": constant(3.0, "NUMBER_INTEGER")})
    document = compiled({"A": found})
    container = document["deploymentSpec"]["executors"]["A_executor"]["container"]
    container |= {"command": ["sh", "-c", 'printf "%s\\n" "$@"', "sh"], "args": list(args)}
    rehearsal = rehearsal_of(folder, document)
    return rehearsal, rehearsal.tasks["A"].log.read_text().splitlines()


def test_parameters_and_uris_are_filled_in(tmp_path):
    rehearsal, lines = printed(
        tmp_path, "n={{$.inputs.parameters['n']}}", "{{$.outputs.artifacts['model'].uri}}"
    )

    uri = rehearsal.tasks["A"].outputs.artifacts["model"].uri
    assert lines[:2] == ["n=3", uri]


def test_the_whole_input_writes_whole_numbers_without_a_point(tmp_path):
    _, lines = printed(tmp_path, "{{$}}")

    assert '"parameterValues": {"n": 3}' in lines[0]


def test_an_unknown_placeholder_stays(tmp_path):
    _, lines = printed(tmp_path, "{{$.inputs.parameters['m']}}")

    assert lines[0] == "{{$.inputs.parameters['m']}}"
