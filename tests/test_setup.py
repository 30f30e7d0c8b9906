"""That the locks hold what setup.py asks for, by version and hash, and no more than that."""

import re
from pathlib import Path

import pytest
import setuptools  # noqa: F401  # Brings distutils where Python no longer has it.
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
LOCKS = [
    pytest.param("py310.lock", "3.10", id="older"),
    pytest.param("py311-313.lock", "3.11", id="newer-3.11"),
    pytest.param("py311-313.lock", "3.12", id="newer-3.12"),
    pytest.param("py311-313.lock", "3.13", id="newer-3.13"),
]


@pytest.fixture(scope="module")
def requirements():
    """All that setup.py asks for, extras included."""
    from distutils.core import run_setup

    asked = run_setup(str(PROJECT / "setup.py"), stop_after="init")
    return [
        Requirement(line)
        for lines in (asked.install_requires, *asked.extras_require.values())
        for line in lines
    ]


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


@pytest.mark.parametrize(("lock", "python"), LOCKS)
def test_a_lock_satisfies_every_requirement_of_its_python(requirements, lock, python):
    versions = locked(lock, python)

    for asked in requirements:
        if asked.marker is None or asked.marker.evaluate({"python_version": python}):
            found = versions.get(canonicalize_name(asked.name), "nothing")
            assert found != "nothing", f"{asked} is not in {lock}: run `make lock`"
            assert asked.specifier.contains(found), f"{asked} is {found} in {lock}: run `make lock`"


@pytest.mark.parametrize("lock", ["py310.lock", "py311-313.lock", "uv.txt"])
def test_every_pin_has_a_hash_and_no_address(lock):
    text = (PROJECT / "requirements" / lock).read_text()

    pins = re.findall(r"^[a-z].*$", text, re.M)
    assert all(pin.endswith("\\") for pin in pins)
    assert not re.search(r"https?://|file:|--index|--find-links", text)
