"""The start of `fcn`: large pages of memory, in the same process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pipeline.start import LARGE_PAGES, TUNABLES, choose_tunables

REPORT = """
import os, sys, types
app = types.ModuleType("pipeline.cli.app")
app.main = lambda: print(os.getpid(), os.environ.get("GLIBC_TUNABLES"), *sys.argv[1:], sep="|")
sys.modules["pipeline.cli.app"] = app
from pipeline.start import main
main()
"""


@pytest.mark.parametrize(
    ("chosen", "libc", "expected"),
    [
        pytest.param("", "glibc 2.36", "glibc.malloc.hugetlb=1", id="new"),
        pytest.param("a.b.c=2", "glibc 2.41", "a.b.c=2:glibc.malloc.hugetlb=1", id="others-stay"),
        pytest.param("glibc.malloc.hugetlb=0", "glibc 2.36", "", id="refused-by-the-user"),
        pytest.param("", "glibc 2.31", "", id="too-old"),
        pytest.param("", None, "", id="another-library"),
    ],
)
def test_large_pages_are_asked_for_where_they_are_known_and_not_chosen(chosen, libc, expected):
    assert choose_tunables({TUNABLES: chosen}, libc) == expected


@pytest.mark.skipif(
    not choose_tunables({}, os.confstr("CS_GNU_LIBC_VERSION")), reason="glibc is older than 2.35"
)
@pytest.mark.parametrize("chosen", ["1", "0"])
def test_the_command_runs_once_in_the_same_process_with_its_arguments(chosen):
    environment = {name: value for name, value in os.environ.items() if name != TUNABLES}
    if chosen == "0":
        environment[TUNABLES] = f"{LARGE_PAGES}=0"
    command = [sys.executable, "-c", REPORT, "run", "two words"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate(timeout=60)

    assert output == f"{process.pid}|{LARGE_PAGES}={chosen}|run|two words\n"
