"""When .venv is made, kept and made again, with small programs in place of uv and Python."""

import shutil
from pathlib import Path

import pytest

from tests.tools.test_interpreters import write_program, write_python
from tools import environment
from tools.track import OLDER, SetupError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path):
    """A copy of the files that .venv is made from, with a uv that records its calls."""
    shutil.copytree(PROJECT / "requirements", tmp_path / "requirements")
    for name in ("setup.py", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    write_program(
        tmp_path / ".uv/bin/uv",
        f'cd {tmp_path}; echo "$1 $2" >>calls; echo "$*" >>whole-calls\n'
        "[ ! -e broken-$2 ] || exit 2\n"
        '[ "$1" != venv ] || { rm -rf .venv; mkdir -p .venv/bin; cp python .venv/bin; }',
    )
    shutil.copy(PROJECT / "requirements/uv.txt", tmp_path / ".uv")
    write_program(tmp_path / "compiler/g++", "")
    return tmp_path


@pytest.fixture
def env(root):
    """Requests a Python of the older track, which every machine can load."""
    python = write_python(root / "python", version="3.10")
    return {"PYTHON": python, "PATH": f"{root}/compiler", "HOME": str(root)}


def read_calls(root):
    """The calls of uv since the last reading."""
    record = root / "calls"
    lines = record.read_text().splitlines() if record.exists() else []
    record.unlink(missing_ok=True)
    return lines


MAKING = ["venv --quiet", "pip sync", "pip install"]


def test_a_complete_unchanged_environment_is_kept(root, env):
    environment.make(root, env)
    assert read_calls(root) == MAKING

    environment.make(root, env)
    assert read_calls(root) == []


def test_libraries_are_installed_with_their_bytecode(root, env):
    environment.make(root, env)

    (sync,) = [line for line in (root / "whole-calls").read_text().splitlines() if " sync " in line]
    assert "--compile-bytecode" in sync.split()


def test_the_environment_is_kept_if_its_python_is_no_longer_requested(root, env):
    environment.make(root, env)
    read_calls(root)

    environment.make(root, {"TRACK": "older", "PATH": env["PATH"], "HOME": env["HOME"]})

    assert read_calls(root) == []


@pytest.mark.parametrize("name", ["setup.py", "pyproject.toml", "requirements/py310.lock"])
def test_a_changed_input_makes_the_environment_again(root, env, name):
    environment.make(root, env)
    read_calls(root)

    with (root / name).open("a") as file:
        file.write("# changed\n")
    environment.make(root, env)

    assert read_calls(root) == MAKING


def test_another_python_makes_the_environment_again(root, env):
    environment.make(root, env)
    read_calls(root)

    other = write_python(root / "other/python", version="3.10")
    environment.make(root, {**env, "PYTHON": other})

    assert read_calls(root) == MAKING


def test_an_incomplete_environment_is_made_again(root, env):
    (root / "broken-sync").touch()
    with pytest.raises(SetupError, match=r"`uv pip sync`.*\b2\b"):
        environment.make(root, env)
    assert environment.read_stamp(root) == {}

    (root / "broken-sync").unlink()
    environment.make(root, env)

    assert read_calls(root)[-3:] == MAKING


def test_an_environment_without_its_python_is_made_again(root, env):
    environment.make(root, env)
    read_calls(root)

    (root / ".venv/bin/python").unlink()
    environment.make(root, env)

    assert read_calls(root) == MAKING


def test_without_a_compiler_nothing_is_installed_and_the_error_names_the_package(root, env):
    (root / "compiler/g++").unlink()

    with pytest.raises(SetupError, match=r"C\+\+.*`apt-get install g\+\+`"):
        environment.make(root, env)

    assert read_calls(root) == []


def test_without_headers_the_error_names_the_package(root, env):
    write_python(root / "python", version="3.10", headers=False)
    environment.interpreters.probe.cache_clear()

    with pytest.raises(SetupError, match=r"headers.*`apt-get install python3\.10-dev`"):
        environment.make(root, env)


def test_without_a_python_and_a_download_the_error_is_one_sentence(root, env):
    (root / "broken-install").touch()

    with pytest.raises(SetupError, match=r"Python 3\.10 .*PYTHON=/path`"):
        environment.find(root, OLDER, {"PATH": "", "HOME": str(root)})


def test_the_first_line_states_the_choice_and_the_reason(root, env, capsys):
    environment.make(root, env)

    first = capsys.readouterr().out.splitlines()[0]
    choice, reason = first.split(f" ({root}/python): ")
    assert "older" in choice
    assert "TFX 1.16" in choice
    assert choice.endswith("Python 3.10")
    assert f"PYTHON={root}/python" in reason
