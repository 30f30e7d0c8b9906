"""The models on another backend of Keras: JAX, in a process without TensorFlow.

Some models take a step, and all of them with `--jax-steps 99`, which takes minutes.
"""

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
    importlib.util.find_spec("jax") is None, reason="jax is installed on the newer track only"
)


# Keras imports TensorFlow if it is there, also on another backend.
WITHOUT_TENSORFLOW = """
import sys
from importlib.abc import MetaPathFinder

class Hiding(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "tensorflow":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Hiding())
from tests.fakes import jax_steps
jax_steps.main(int(sys.argv[1]))
"""
FAST_COMPILER = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


@pytest.fixture(scope="module")
def found(pytestconfig):
    """What tests/fakes/jax_steps.py prints."""
    settings = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": FAST_COMPILER}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, str(pytestconfig.getoption("--jax-steps"))],
        cwd=ROOT,
        env={**os.environ, **settings},
        check=True,
        timeout=900,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", BUILDERS)
def test_each_model_has_gradients_on_jax(found, name):
    assert found["traced"][name] > 0


def test_a_step_on_jax_changes_weights(found, pytestconfig):
    steps = min(pytestconfig.getoption("--jax-steps"), len(BUILDERS))

    assert len(found["changes"]) == steps
    assert min(found["changes"].values()) > 0
