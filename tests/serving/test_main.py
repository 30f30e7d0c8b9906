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
from packaging.utils import canonicalize_name

from tests.fakes import saved_models
from tests.fakes.saved_models import draw

ROOT = Path(__file__).parents[2]
REST_PATH = ("serving/__main__.py", "serving/client/rest_client.py")
# What older Pythons lack and the libraries then bring; the client's image has Python 3.13.
BACKPORTS = {"exceptiongroup", "typing_extensions"}
FORBIDDEN = {"tensorflow", "tfx", "grpc", "keras", "apache_beam"}

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
def url(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with saved_models.served(root) as server:
        yield f"http://localhost:{server.rest_port}"


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
    own = {"serving", *BACKPORTS}
    return (packages_distributions().keys() | FORBIDDEN) - kept - own


def locked():
    text = (ROOT / "requirements" / "client.lock").read_text("utf-8")
    return {canonicalize_name(name) for name in re.findall(r"^([a-z][^ =]*)==", text, re.M)}


def run(environment, *arguments):
    command = [sys.executable, "-m", "serving", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_a_served_model_is_asked_over_rest_without_tensorflow(blocked, url, tmp_path):
    image = tmp_path / "a.jpg"
    image.write_bytes(draw("red", 9, 5, kind="JPEG"))

    done = run(blocked, "predict", "--server", url, "--model", "colours", "--json", image)

    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["label"] == "red"


def test_predict_over_grpc_points_to_rest(blocked, tmp_path):
    image = tmp_path / "a.png"
    image.write_bytes(draw("red"))

    done = run(blocked, "predict", "--server", "grpc://localhost:1", image)

    assert done.returncode == 2
    assert done.stderr == (
        "grpc is not installed: the local server and gRPC need it. Use REST: "
        "`python -m serving predict --server http://HOST:8501 IMAGE`.\n"
    )


def test_a_server_without_tensorflow_points_to_rest(blocked, tmp_path):
    saved_models.publish(tmp_path / "colours", 1)

    done = run(blocked, "serve", "--push-root", tmp_path)

    assert done.returncode == 2
    assert "--server http://HOST:8501" in done.stderr


def test_an_error_of_our_own_imports_keeps_its_trace(tmp_path):
    text = BLOCKER.format(names={"PIL"})
    (tmp_path / "sitecustomize.py").write_text(text, "utf-8")

    done = run(os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}, "predict", "--help")

    assert done.returncode == 1
    assert "No module named 'PIL'" in done.stderr


def test_the_clients_requirements_are_what_its_modules_import():
    asked = (ROOT / "requirements" / "client.in").read_text("utf-8")
    names = {line for line in asked.splitlines() if line and not line.startswith("#")}

    imported = {name.split(".")[0] for name in reached(REST_PATH)} - sys.stdlib_module_names
    assert {{"PIL": "pillow"}.get(name, name) for name in imported - {"serving"}} == names
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
