"""`make bench-train`: trainings for which memory is too small do not stop the others."""

from __future__ import annotations

import os
import signal

import pytest
import tensorflow as tf

from pipeline.bench.training import experiments, run
from pipeline.bench.training.report import OutOfMemory
from pipeline.bench.training.setting import Photographs, Setting

SETTING = Setting(Photographs("unused", (), ()), seconds=0.01, precision="float32")


def end_as_the_kernel_does(name: str, setting: Setting) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_is_a_row():
    assert run.measure_apart(end_as_the_kernel_does, "big", SETTING) == OutOfMemory("big")


@pytest.mark.parametrize("numbers", [2**60, 2**50], ids=["too-many-to-count", "too-many-bytes"])
def test_an_allocation_that_fails_is_a_row(monkeypatch, numbers):
    monkeypatch.setattr(experiments, "prepare_model", lambda *_: tf.zeros(numbers))

    assert run.measure("big", SETTING) == OutOfMemory("big")


def test_other_errors_stop_the_measurement(monkeypatch):
    monkeypatch.setattr(experiments, "prepare_model", lambda *_: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        run.measure("big", SETTING)
