"""That the locks hold what setup.py asks for, by version and hash, and that it packs all files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import setuptools  # noqa: F401  # Brings distutils where Python no longer has it.
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
LOCKS = [
    pytest.param("py310.lock", "3.10", ("kubeflow", "dev", "pretrained"), id="older"),
    pytest.param("py311-313.lock", "3.11", ("kubeflow", "dev", "pretrained"), id="newer-3.11"),
    pytest.param("py311-313.lock", "3.12", ("kubeflow", "dev", "pretrained"), id="newer-3.12"),
    pytest.param("py311-313.lock", "3.13", ("kubeflow", "dev", "pretrained"), id="newer-3.13"),
    pytest.param("gpu.lock", "3.13", ("kubeflow", "gpu", "pretrained"), id="image"),
    pytest.param("client.lock", "3.13", ("client",), id="client"),
]


@pytest.fixture(scope="module")
def asked():
    """What setup.py passes to setuptools."""
    from distutils.core import run_setup

    return run_setup(str(PROJECT / "setup.py"), stop_after="init")


@pytest.fixture(scope="module")
def requirements(asked):
    """What setup.py asks for, by extra; by "" what it asks for without any."""
    lines = {"": asked.install_requires, **asked.extras_require}
    return {extra: [*map(Requirement, found)] for extra, found in lines.items()}


def locked(lock, python):
    """The versions that `lock` has for `python`, by name."""
    text = (PROJECT / "requirements" / lock).read_text()
    pins = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[a-z].*==.*$", text, re.M)]
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
    }
    return {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in pins
        if pin.marker is None or pin.marker.evaluate(environment)
    }


@pytest.mark.parametrize(("lock", "python", "extras"), LOCKS)
def test_a_lock_satisfies_every_requirement_of_its_python(requirements, lock, python, extras):
    versions = locked(lock, python)

    for asked in (line for extra in ("", *extras) for line in requirements[extra]):
        if asked.marker is None or asked.marker.evaluate({"python_version": python}):
            found = versions.get(canonicalize_name(asked.name), "nothing")
            assert found != "nothing", f"{asked} is not in {lock}: run `make lock`"
            assert asked.specifier.contains(found), f"{asked} is {found} in {lock}: run `make lock`"


def test_the_client_needs_no_tensorflow_and_any_python_from_3_10_up(asked, requirements):
    versions = SpecifierSet(asked.python_requires)

    assert all(versions.contains(version) for version in ("3.10", "3.13", "3.14", "3.99"))
    assert not versions.contains("3.9")
    assert not [line for line in requirements[""] if line.marker]
    heavy = re.compile("tensorflow|tfx|keras|beam|kfp|jax|torch")
    assert not [name for name in locked("client.lock", "3.13") if heavy.search(name)]


def test_the_extras_of_the_client_are_small_and_every_other_one_contains_the_pipeline(requirements):
    extras = {extra: {*map(str, lines)} for extra, lines in requirements.items()}

    assert extras.pop("client") == set()
    assert len(extras.pop("tiled")) == 2
    assert extras.pop("") & extras["pipeline"] == set()
    assert all(extras["pipeline"] <= lines for lines in extras.values())


@pytest.mark.parametrize(
    "lock", ["py310.lock", "py311-313.lock", "gpu.lock", "client.lock", "uv.txt"]
)
def test_every_pin_has_a_hash_and_no_address(lock):
    text = (PROJECT / "requirements" / lock).read_text()

    pins = re.findall(r"^[a-z].*$", text, re.M)
    assert pins
    assert all(pin.endswith("\\") for pin in pins)
    assert not re.search(r"https?://|file:|--index|--find-links", text)


def test_every_file_of_the_packages_is_installed(tmp_path):
    packages = ("pipeline", "components", "trainer", "serving")
    command = [sys.executable, "-W", "ignore", "setup.py", "--quiet", "build_py", "--no-compile"]
    done = subprocess.run(
        [*command, "--build-lib", str(tmp_path)], cwd=PROJECT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert files(tmp_path, packages) == files(PROJECT, packages)


def files(root, packages):
    """The files of the packages below a folder, but for what Python makes of them."""
    found = (path for package in packages for path in (root / package).rglob("*"))
    return {
        str(path.relative_to(root))
        for path in found
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }
