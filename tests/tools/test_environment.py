"""When .venv is made, kept and made anew, with small programs in place of uv and Python."""

import shutil
from pathlib import Path

import pytest

from tests.tools.test_interpreters import write_program, write_python
from tools import environment
from tools.track import OLDER, SetupError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path):
    """A copy of what .venv is made from, with a uv that notes how it was called."""
    shutil.copytree(PROJECT / "requirements", tmp_path / "requirements")
    for name in ("setup.py", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    write_program(
        tmp_path / ".uv/bin/uv",
        f'cd {tmp_path}; echo "$1 $2" >>calls; [ ! -e broken-$2 ] || exit 2\n'
        '[ "$1" != venv ] || { rm -rf .venv; mkdir -p .venv/bin; cp python .venv/bin; }',
    )
    shutil.copy(PROJECT / "requirements/uv.txt", tmp_path / ".uv")
    write_program(tmp_path / "compiler/g++", "")
    return tmp_path


@pytest.fixture
def env(root):
    """Asks for a Python of the older track, which every machine loads."""
    python = write_python(root / "python", version="3.10")
    return {"PYTHON": python, "PATH": f"{root}/compiler", "HOME": str(root)}


def calls(root):
    """What uv was called for since the last time."""
    noted = root / "calls"
    lines = noted.read_text().splitlines() if noted.exists() else []
    noted.unlink(missing_ok=True)
    return lines


MAKING = ["venv --quiet", "pip sync", "pip install"]


def test_what_is_whole_and_unchanged_is_kept(root, env):
    environment.make(root, env)
    assert calls(root) == MAKING

    environment.make(root, env)
    assert calls(root) == []


def test_it_is_kept_when_its_python_is_no_longer_asked_for(root, env):
    environment.make(root, env)
    calls(root)

    environment.make(root, {"TRACK": "older", "PATH": env["PATH"], "HOME": env["HOME"]})

    assert calls(root) == []


@pytest.mark.parametrize("name", ["setup.py", "pyproject.toml", "requirements/py310.lock"])
def test_a_changed_input_makes_it_anew(root, env, name):
    environment.make(root, env)
    calls(root)

    with (root / name).open("a") as file:
        file.write("# changed\n")
    environment.make(root, env)

    assert calls(root) == MAKING


def test_another_python_makes_it_anew(root, env):
    environment.make(root, env)
    calls(root)

    other = write_python(root / "other/python", version="3.10")
    environment.make(root, {**env, "PYTHON": other})

    assert calls(root) == MAKING


def test_a_half_made_one_is_not_trusted(root, env):
    (root / "broken-sync").touch()
    with pytest.raises(SetupError, match="`uv pip sync` ended with 2"):
        environment.make(root, env)
    assert environment.read_stamp(root) == {}

    (root / "broken-sync").unlink()
    environment.make(root, env)

    assert calls(root)[-3:] == MAKING


def test_one_whose_python_is_gone_is_made_anew(root, env):
    environment.make(root, env)
    calls(root)

    (root / ".venv/bin/python").unlink()
    environment.make(root, env)

    assert calls(root) == MAKING


def test_without_a_compiler_nothing_is_installed_and_the_mend_is_named(root, env):
    (root / "compiler/g++").unlink()

    with pytest.raises(SetupError, match=r"no C\+\+ compiler.*`apt-get install g\+\+`"):
        environment.make(root, env)

    assert calls(root) == []


def test_without_headers_the_package_that_has_them_is_named(root, env):
    write_python(root / "python", version="3.10", headers=False)
    environment.interpreters.probe.cache_clear()

    with pytest.raises(SetupError, match=r"lacks its headers.*`apt-get install python3\.10-dev`"):
        environment.make(root, env)


def test_no_python_and_no_download_is_one_sentence(root, env):
    (root / "broken-install").touch()

    with pytest.raises(SetupError, match=r"^No Python 3\.10 is on PATH or in pyenv.*PYTHON=/path`"):
        environment.find(root, OLDER, {"PATH": "", "HOME": str(root)})


def test_one_line_says_which_and_why(root, env, capsys):
    environment.make(root, env)

    first = capsys.readouterr().out.splitlines()[0]
    assert first == (
        f"The older track, TFX 1.16 on Python 3.10 ({root}/python): "
        f"PYTHON={root}/python asks for it."
    )
