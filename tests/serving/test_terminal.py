"""Commands as programs: errors of usage, whole and without what would act on a terminal."""

import os
import subprocess
import sys

import pytest

from serving import terminal

PROGRAM = """
import typer
from serving import terminal
app = typer.Typer(add_completion=False, no_args_is_help=True)
@app.command()
def one(name: str, number: int = 0):
    terminal.say("done")
    raise typer.Exit(number)
@app.command()
def two(): ...
terminal.run_commands(app, "fcn")
"""


def run(*words, **environment):
    command = [sys.executable, "-c", PROGRAM, *words]
    variables = os.environ | {"PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_exit_code_is_the_commands(code):
    done = run("one", "x", "--number", str(code))

    assert (done.returncode, done.stdout) == (code, "done\n")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["one", "x", "--\x1b[31m"], id="option"),
        pytest.param(["\x1b[31m"], id="command"),
        pytest.param(["one", "x", "y\x1b[31m"], id="argument"),
    ],
)
def test_errors_of_usage_show_escape_sequences(words):
    done = run(*words)

    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert r"\x1b[31m" in done.stderr


def test_errors_of_usage_are_not_wrapped_in_a_pipe():
    value = "word-" * 60

    assert value in run("one", "x", f"--{value}").stderr


def test_characters_that_the_encoding_lacks_are_no_error():
    done = run("one", "x", "--猫", PYTHONIOENCODING="ascii")

    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_words_the_commands_are_listed():
    done = run()

    assert "two" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "extra"), [("tensorflow.python", "pipeline"), ("kfp", "kubeflow")]
)
def test_a_missing_package_is_named_with_the_extra_that_contains_it(module, extra):
    text = terminal.explain_missing(ModuleNotFoundError(name=module))

    assert module.split(".")[0] in text
    assert f"'fcn-pipeline[{extra}]'" in text


@pytest.mark.parametrize("module", ["serving.nothing", None])
def test_a_missing_module_of_our_own_keeps_its_trace(module):
    with pytest.raises(ModuleNotFoundError):
        terminal.explain_missing(ModuleNotFoundError(name=module))
