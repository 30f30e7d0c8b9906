"""The models on another backend of Keras: JAX, in a process without TensorFlow."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.models import BUILDERS

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="jax is not installed: `make setup` does it"
)


@pytest.fixture(scope="module")
def found():
    """What tests/fakes/jax_steps.py prints."""
    command = [sys.executable, "-m", "tests.fakes.jax_steps"]
    env = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=True, timeout=600, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", BUILDERS)
def test_each_model_takes_a_step_on_jax(found, name):
    assert found["changes"][name] > 0


def test_the_process_needs_no_tensorflow(found):
    assert found["packages"] == ["jax"]
