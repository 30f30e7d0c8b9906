"""Places whose permissions forbid what a run does: one sentence with the place, and code 1 or 2.

Permissions do not bind root, so the commands run without the two capabilities that root has.
"""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.image_files import put

PR_CAPBSET_DROP = 24
CAPABILITIES = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
PROGRAM = """
import json, sys
from typer.testing import CliRunner
from pipeline.cli.app import app

for home in sys.argv[1:]:
    places = ["--data", f"{home}/in/data", "--workdir", f"{home}/run"]
    places += ["--push-root", f"{home}/served"]
    done = CliRunner().invoke(app, ["run", "images", *places])
    print(json.dumps([done.exit_code, done.output]), flush=True)
"""
FILES = ("run/metadata.sqlite", "run/log.txt", "run/lock", "run/pins.json")
CASES = {  # What has which permissions, and the exit code.
    "run": (0o555, 1),
    "served/images": (0o555, 1),
    "run/checkpoints": (0o555, 1),
    "run/artifacts": (0o555, 1),
    "run/artifacts/Trainer/model": (0o555, 1),
    "run/log.txt": (0o444, 1),
    "run/lock": (0o444, 1),
    "run/pins.json": (0, 1),
    "run/metadata.sqlite": (0o444, 1),
    "in/data": (0, 2),
    "in/data/a": (0, 2),
    "in": (0, 2),
}
NAMED = {"run/metadata.sqlite": "run", "in": "in/data"}  # In place of the place itself.


def drop_capabilities():
    """Other users have none to drop."""
    for number in CAPABILITIES:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A folder for each case; the permissions are given back after the tests."""
    found = {}
    for place, (mode, _) in CASES.items():
        home = tmp_path_factory.mktemp("home") / "home"
        put(home, {f"in/data/{label}/{n}.jpg": b"x" for label in "ab" for n in range(2)})
        (home / "run").mkdir()
        (home / place).touch() if place in FILES else (home / place).mkdir(
            parents=True, exist_ok=True
        )
        (home / place).chmod(mode)
        found[place] = home
    yield found
    for place, home in found.items():
        (home / place).chmod(0o755)


@pytest.fixture(scope="module")
def outcomes(homes):
    """The exit code and the output of a command for each case, all in one process."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, homes.values())],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        preexec_fn=drop_capabilities,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return dict(zip(homes, lines, strict=True))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("place", CASES)
def test_the_place_is_named_in_one_sentence(homes, outcomes, place):
    code, output = outcomes[place]

    assert code == CASES[place][1], output
    (line,) = [line for line in output.splitlines() if line.startswith("fcn:")]
    assert str(homes[place] / NAMED.get(place, place)) in line
    assert "ermission" in line
    assert "Traceback" not in output
