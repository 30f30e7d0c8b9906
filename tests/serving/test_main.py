"""`python -m serving` when only the packages of the client's image are installed."""

import ast
import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import setuptools  # noqa: F401  # Brings distutils where Python no longer has it.
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.fakes import saved_models
from tests.fakes.saved_models import draw

ROOT = Path(__file__).parents[2]
# What is imported at once, and what is imported only when a client or a log is made.
ROOTS = (
    "serving/__main__.py",
    "serving/client/__init__.py",
    "serving/client/over_grpc/wire.py",
    "serving/client/over_rest/wire.py",
    "serving/request_log/hourly_files.py",
)
PROJECTS = {
    "PIL": "pillow",
    "grpc": "grpcio",
    "google": "protobuf",
    "google_crc32c": "google-crc32c",
}
# What older Pythons lack and the libraries then bring; the client's image has Python 3.13.
BACKPORTS = {"exceptiongroup", "typing_extensions"}
FORBIDDEN = {"tensorflow", "tfx", "tensorflow_serving", "keras", "apache_beam"}

BLOCKER = """
import sys

class Blocker:
    names = {names!r}

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture(scope="module")
def urls(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with saved_models.served(root) as server:
        yield {
            "grpc": f"grpc://localhost:{server.grpc_port}",
            "http": f"http://localhost:{server.rest_port}",
        }


@pytest.fixture(scope="module")
def blocked(tmp_path_factory):
    """An environment for subprocesses in which no package outside client.lock can be imported."""
    folder = tmp_path_factory.mktemp("blocker")
    text = BLOCKER.format(names=absent_from_the_image())
    (folder / "sitecustomize.py").write_text(text, "utf-8")
    return os.environ | {"PYTHONPATH": f"{folder}:{ROOT}", "COLUMNS": "200"}


def absent_from_the_image():
    """The names of packages that the tests' environment has and client.lock does not."""
    allowed = locked()
    importable = packages_distributions().items()
    kept = {name for name, owners in importable if {*map(canonicalize_name, owners)} & allowed}
    own = {"components", "pipeline", "serving", "trainer", *BACKPORTS}
    return (packages_distributions().keys() | FORBIDDEN) - kept - own


def locked():
    text = (ROOT / "requirements" / "client.lock").read_text("utf-8")
    return {canonicalize_name(name) for name in re.findall(r"^([a-z][^ =]*)==", text, re.M)}


def run(environment, *arguments, program="serving"):
    command = [sys.executable, "-m", program, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_a_served_model_is_asked_without_tensorflow(blocked, urls, tmp_path, scheme):
    image = tmp_path / "a.jpg"
    image.write_bytes(draw("red", 9, 5, kind="JPEG"))

    done = run(blocked, "predict", "--server", urls[scheme], "--model", "colours", "--json", image)

    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["label"] == "red"


@pytest.mark.parametrize(
    ("program", "flags"),
    [("serving", ["serve", "--push-root"]), ("serving.server", ["--model_base_path"])],
)
def test_the_servers_say_what_to_install(blocked, tmp_path, program, flags):
    saved_models.publish(tmp_path / "colours", 1)

    done = run(blocked, *flags, tmp_path, program=program)

    assert done.returncode == 2
    assert done.stderr.endswith("run `pip install 'fcn-pipeline[pipeline]'`.\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        pytest.param(["run", "flowers", "--data", "."], "pipeline", id="run"),
        pytest.param(["models", "flowers"], "pipeline", id="models"),
        pytest.param(["rollout", "promote"], "pipeline", id="promote"),
        pytest.param(
            ["rollout", "history", "--picture", "a.png"], "pipeline", id="history --picture"
        ),
        pytest.param(["schedule", "list", "--host", "http://h:1"], "kubeflow", id="schedule"),
    ],
)
def test_the_command_fcn_says_what_to_install(blocked, command, extra):
    done = run(blocked, *command, program="pipeline")

    assert done.returncode == 2
    assert f"pip install 'fcn-pipeline[{extra}]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_command_fcn_predicts(blocked, urls, tmp_path):
    image = tmp_path / "a.png"
    image.write_bytes(draw("blue"))
    options = ("--server", urls["grpc"], "--model", "colours", "--json")

    done = run(blocked, "predict", *options, image, program="pipeline")

    assert json.loads(done.stdout)[0]["label"] == "blue"


def test_an_error_of_our_own_imports_keeps_its_trace(tmp_path):
    text = BLOCKER.format(names={"PIL"})
    (tmp_path / "sitecustomize.py").write_text(text, "utf-8")

    done = run(os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}, "predict", "--help")

    assert done.returncode == 1
    assert "No module named 'PIL'" in done.stderr


def test_the_clients_requirements_are_what_its_modules_import():
    from distutils.core import run_setup

    lines = run_setup(str(ROOT / "setup.py"), stop_after="init").install_requires
    names = {Requirement(line).name for line in lines}

    imported = {name.split(".")[0] for name in reached(ROOTS)} - sys.stdlib_module_names
    assert {PROJECTS.get(name, name) for name in imported - {"serving"}} == names
    assert names <= locked()


def reached(paths):
    """The names that these modules, and those of serving that they import, import at once."""
    found, waiting = set(), list(paths)
    for path in waiting:
        names = {name for node in at_once(ast.parse((ROOT / path).read_text())) for name in node}
        own = {f"{name.replace('.', '/')}.py" for name in names if name.startswith("serving.")}
        waiting += [each for each in sorted(own - {*waiting}) if (ROOT / each).is_file()]
        found |= names
    return found


def at_once(tree):
    """What each import statement at a module's outermost level names."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            yield [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
