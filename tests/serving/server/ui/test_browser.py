"""Which browser the page is opened in: the programs are scripts that write what they get."""

import os
import subprocess
import sys

import pytest

OPEN = "from serving.server.ui.browser import open_address; open_address('http://127.0.0.1:1/')"


def open_with(folder, name, **variables):
    """What the program of this name, the only one on the path, was asked for."""
    program, asked = folder / name, folder / "asked"
    program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {"PATH": str(folder), "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    subprocess.run([sys.executable, "-c", OPEN], env=environment, check=True, timeout=60)
    return asked.read_text(encoding="utf-8") if asked.exists() else ""


@pytest.mark.parametrize(
    ("name", "variables"),
    [("firefox", {"DISPLAY": ":9"}), ("mine", {"BROWSER": "mine"})],
    ids=["windows", "chosen"],
)
def test_a_browser_with_windows_or_the_chosen_one_opens_the_address(tmp_path, name, variables):
    assert "http://127.0.0.1:1/" in open_with(tmp_path, name, **variables)


def test_a_browser_in_the_terminal_is_not_started(tmp_path):
    assert open_with(tmp_path, "lynx", TERM="xterm") == ""


def test_without_a_browser_nothing_happens(tmp_path):
    assert open_with(tmp_path, "unrelated") == ""
