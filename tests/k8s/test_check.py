"""The checks of manifests in `make check`, with small programs in place of the tools."""

import re

import pytest

from tests.fakes import k8s
from tests.tools.test_interpreters import write_program
from tools import custom_resources, definition_check, manifests, own_environment
from tools.custom_resources import Definition
from tools.track import SetupError

DEFINITION = Definition("Kind", "example.com/v1", "example.com/module@v1.0.0", "h1:x", "crd.yaml")


@pytest.fixture
def root(tmp_path):
    """A tree with a lock, and a uv that records its calls."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/tool.lock").write_text("tool==1.0\n")
    write_program(
        tmp_path / ".uv/bin/uv",
        f'cd {tmp_path}; echo "$1 $2" >>calls; [ ! -e broken-$2 ] || exit 2\n'
        "mkdir -p .tools/tool/bin",
    )
    for folder in ("requirements", ".uv"):
        (tmp_path / folder / "uv.txt").write_text("uv==0.1.0\n")
    return tmp_path


def read_calls(root):
    """The calls of uv since the last reading."""
    record = root / "calls"
    lines = record.read_text().splitlines() if record.exists() else []
    record.unlink(missing_ok=True)
    return lines


def test_a_tool_is_installed_once_into_an_environment_of_its_own(root):
    assert own_environment.ensure(root, "tool") == root / ".tools/tool/bin"
    assert read_calls(root) == ["venv --quiet", "pip sync"]

    own_environment.ensure(root, "tool")
    assert read_calls(root) == []


def test_a_changed_lock_makes_the_environment_again(root):
    own_environment.ensure(root, "tool")
    read_calls(root)

    (root / "requirements/tool.lock").write_text("tool==2.0\n")
    own_environment.ensure(root, "tool")

    assert read_calls(root) == ["venv --quiet", "pip sync"]


def test_an_incomplete_environment_is_made_again(root):
    (root / "broken-sync").touch()
    with pytest.raises(SetupError, match=r"`uv pip sync`.*\b2\b"):
        own_environment.ensure(root, "tool")
    (root / "broken-sync").unlink()
    read_calls(root)

    own_environment.ensure(root, "tool")

    assert read_calls(root) == ["venv --quiet", "pip sync"]


@pytest.mark.parametrize(
    ("output", "code", "known"),
    [
        pytest.param("", 0, True, id="no-output"),
        pytest.param("ERROR a.yaml did not validate", 1, False, id="error"),
        pytest.param(
            "WARN Couldn't find schema for kind Deploymnet with api version apps/v1 for",
            0,
            False,
            id="unknown-kind",
        ),
        pytest.param(
            "WARN Couldn't find schema for kind ServiceMonitor with api version "
            "monitoring.coreos.com/v1 for",
            0,
            True,
            id="kind-with-a-definition",
        ),
    ],
)
def test_unknown_fields_and_unknown_kinds_are_found(tmp_path, output, code, known):
    write_program(tmp_path / "kubernetes-validate", f'echo "{output}"; exit {code}')

    assert manifests.fields_are_known(tmp_path, [tmp_path / "a.yaml"], "1.32") is known


@pytest.mark.parametrize("code", [0, 1])
def test_checkov_findings_fail_the_check(tmp_path, code):
    write_program(tmp_path / "checkov", f'echo "$@" >{tmp_path}/called; exit {code}')

    secure = manifests.is_secure(tmp_path, [tmp_path / "a.yaml"], tmp_path / "exceptions.yaml")

    assert secure is (code == 0)
    assert f"--config-file {tmp_path}/exceptions.yaml" in (tmp_path / "called").read_text()


def test_every_checkov_exception_has_a_reason():
    lines = (k8s.ROOT / ".checkov.yaml").read_text("utf-8").splitlines()
    exceptions = [number for number, line in enumerate(lines) if line.startswith("- ")]

    assert exceptions
    assert all(lines[number - 1].startswith("# ") for number in exceptions)


def test_every_custom_kind_has_a_definition():
    kinds = {(r["kind"], r["apiVersion"]) for name in k8s.FOLDERS for r in k8s.resources(name)}
    custom = {(kind, api) for kind, api in kinds if re.search(r"\.(com|org|kserve\.io)/", api)}

    assert custom == custom_resources.KINDS


def test_a_kind_without_a_fetched_definition_is_reported(root, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(root / "empty"))
    write_program(root / "python", "exit 0")

    assert custom_resources.check(root, root / "python", [])
    assert re.search(r"^FlinkDeployment .*`mvn`", capsys.readouterr().out, re.M)


def test_a_definition_with_another_checksum_is_refused(tmp_path, monkeypatch):
    write_program(tmp_path / "go", f"""echo '{{"Sum": "h1:y", "Dir": "{tmp_path}"}}'""")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(SetupError, match=r"example\.com/module@v1\.0\.0 .*h1:y.*h1:x"):
        custom_resources.ensure(tmp_path, DEFINITION)


def test_a_changed_package_ends_the_check(tmp_path, monkeypatch):
    write_program(tmp_path / "go", f"""echo '{{"Sum": "h1:y", "Dir": "{tmp_path}"}}'""")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(SetupError, match="h1:y"):
        custom_resources.check(tmp_path, tmp_path / "python", [])


def test_a_definition_is_fetched_once(tmp_path, monkeypatch):
    (tmp_path / "crd.yaml").write_text("kind: CustomResourceDefinition\n")
    write_program(tmp_path / "go", f"""echo '{{"Sum": "h1:x", "Dir": "{tmp_path}"}}'""")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path = custom_resources.ensure(tmp_path, DEFINITION)

    (tmp_path / "go").unlink()

    assert custom_resources.ensure(tmp_path, DEFINITION) == path
    assert path.read_text() == "kind: CustomResourceDefinition\n"


def test_fields_that_a_definition_does_not_list_are_refused():
    strict = definition_check.refuse_unknown_fields
    inner = {"type": "object", "properties": {"a": {"type": "string"}}}

    closed = strict({"type": "object", "properties": {"inner": inner, "free": {"type": "object"}}})

    assert closed["additionalProperties"] is False
    assert closed["properties"]["inner"]["additionalProperties"] is False
    assert closed["properties"]["free"] == {"type": "object"}
    assert (
        strict(inner | {"x-kubernetes-preserve-unknown-fields": True}).get("additionalProperties")
        is None
    )


@pytest.mark.parametrize("lock", ["kubernetes-validate.lock", "checkov.lock"])
def test_every_pin_of_a_tool_has_a_hash_and_no_url(lock):
    text = (k8s.ROOT / "requirements" / lock).read_text("utf-8")

    assert re.search(r"^[a-z]", text, re.M)
    assert all(pin.endswith("\\") for pin in re.findall(r"^[a-z].*$", text, re.M))
    assert not re.search(r"https?://|file:|--index|--find-links", text)
