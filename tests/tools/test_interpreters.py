"""Which Python set-up finds, with small programs in place of Pythons."""

import json
import sys

import pytest

from tools import interpreters
from tools.track import SetupError


def write_python(path, **answer):
    """A program that describes itself with the defaults, overridden by `answer`."""
    defaults = {"path": str(path), "version": "3.13", "cpython": True, "headers": True}
    write_program(path, f"echo '{json.dumps({**defaults, **answer})}'")
    return str(path)


def write_program(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def env(tmp_path):
    """Two folders on PATH, and an empty home folder."""
    return {"PATH": f"{tmp_path}/first:{tmp_path}/second", "HOME": f"{tmp_path}/home"}


def find(env):
    python = interpreters.find(("3.13", "3.12"), env)
    return python and python.path


def test_the_newest_version_wins_over_the_first_folder(tmp_path, env):
    write_python(tmp_path / "first/python3.12", version="3.12")
    newest = write_python(tmp_path / "second/python3.13")

    assert find(env) == newest


def test_a_shim_that_does_not_run_is_skipped(tmp_path, env):
    write_program(tmp_path / "first/python3.13", "echo 'pyenv: command not found' >&2; exit 127")
    behind = write_python(tmp_path / "second/python3.13")

    assert find(env) == behind


def test_pyenv_is_searched_newest_release_first(tmp_path, env):
    versions = tmp_path / "home/.pyenv/versions"
    write_python(versions / "3.13.9/bin/python3.13")
    newest = write_python(versions / "3.13.10/bin/python3.13")

    assert find(env) == newest


def test_pyenv_root_sets_the_folder_of_pyenv(tmp_path, env):
    there = write_python(tmp_path / "opt/versions/3.12.1/bin/python3.12", version="3.12")

    assert find({**env, "PYENV_ROOT": f"{tmp_path}/opt"}) == there


def test_a_plain_python3_is_used_if_its_version_fits(tmp_path, env):
    write_python(tmp_path / "first/python3", version="3.9")
    fitting = write_python(tmp_path / "second/python3", version="3.12")

    assert find(env) == fitting


def test_a_python_with_headers_wins_over_a_newer_one_without(tmp_path, env):
    write_python(tmp_path / "first/python3.13", headers=False)
    whole = write_python(tmp_path / "first/python3.12", version="3.12")

    assert find(env) == whole


def test_a_python_without_headers_is_the_last_choice(tmp_path, env):
    bare = write_python(tmp_path / "first/python3.13", headers=False)

    assert find(env) == bare


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"cpython": False}, id="pypy-or-free-threaded"),
        pytest.param({"version": "3.14"}, id="another-version-than-its-name"),
    ],
)
def test_a_python_without_wheels_is_ignored(tmp_path, env, answer):
    write_python(tmp_path / "first/python3.13", **answer)

    assert find(env) is None


def test_a_requested_python_must_run(tmp_path):
    with pytest.raises(SetupError, match=rf"PYTHON={tmp_path}/nothing "):
        interpreters.require(f"{tmp_path}/nothing")


def test_a_real_python_describes_itself():
    python = interpreters.probe(sys.executable)

    assert python.cpython
    assert python.version == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_a_failed_download_returns_none(tmp_path):
    write_program(tmp_path / "uv", "exit 2")

    assert interpreters.download(tmp_path / "uv", "3.13") is None
