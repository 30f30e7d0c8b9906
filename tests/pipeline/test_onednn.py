"""Commands that train use oneDNN's kernels."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pipeline import onednn


@pytest.fixture
def unset(monkeypatch):
    """The variable is not set in the test, and afterwards is what it was before."""
    monkeypatch.setenv(onednn.VARIABLE, "")
    monkeypatch.delenv(onednn.VARIABLE)


def test_it_is_on_by_default(unset):
    onednn.turn_on()

    assert os.environ[onednn.VARIABLE] == "1"


def test_the_users_choice_stays(monkeypatch):
    monkeypatch.setenv(onednn.VARIABLE, "0")

    onednn.turn_on()

    assert os.environ[onednn.VARIABLE] == "0"


TURNED_ON = """
import os
import sys
from unittest.mock import patch
from pipeline import onednn
from pipeline.cli.app import app

def end():
    print(os.environ.get(onednn.VARIABLE), "tensorflow" in sys.modules)
    sys.exit(0)

with patch.object(onednn, "turn_on", lambda turn_on=onednn.turn_on: (turn_on(), end())):
    app(sys.argv[1:])
"""


@pytest.mark.parametrize(
    "words",
    [["run", "flowers"], ["init", "x.toml"], ["doubt", "flowers"]],
    ids=["run", "init", "doubt"],
)
def test_commands_that_train_turn_it_on_before_tensorflow_is_imported(words, unset, tmp_path):
    words = [*words, "--data", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", TURNED_ON, *words], capture_output=True, text=True, check=False
    )

    assert done.stdout.split() == ["1", "False"], done.stderr
