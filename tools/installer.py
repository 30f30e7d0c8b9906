"""Installs uv into the folder .uv, at the version and hashes of requirements/uv.txt."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools.track import SetupError

PIN = "requirements/uv.txt"
PIP_INSTALL = ("-m", "pip", "install", "--disable-pip-version-check", "--quiet")


def ensure(root: Path) -> Path:
    """Returns the uv program below `root`/.uv; installs it again if the pin has changed."""
    folder, pin = root / ".uv", root / PIN
    copy = folder / pin.name
    if not copy.is_file() or copy.read_bytes() != pin.read_bytes():
        shutil.rmtree(folder, ignore_errors=True)
        install(root / ".uv.part", pin).rename(folder)
    return folder / "bin" / "uv"


def install(folder: Path, pin: Path) -> Path:
    """Installs uv into `folder` in the first way that works here; returns `folder`."""
    causes = []
    for way in (install_with_pip, install_with_venv):
        shutil.rmtree(folder, ignore_errors=True)
        result = way(folder, pin)
        if result.returncode == 0:
            shutil.copy(pin, folder)
            return folder
        causes.append(find_cause(result.stdout))
    raise SetupError(
        f"uv could not be installed with {sys.executable} (pip: {causes[0]}; venv: {causes[1]}): "
        "install pip (`apt-get install python3-pip`) and check that it reaches its package index."
    )


def install_with_pip(folder: Path, pin: Path) -> subprocess.CompletedProcess[str]:
    """Uses --target, which is allowed even if the system's pip is 'externally managed'."""
    return run(sys.executable, *PIP_INSTALL, "--target", str(folder), "-r", str(pin))


def install_with_venv(folder: Path, pin: Path) -> subprocess.CompletedProcess[str]:
    """For a Python without pip whose venv module can install it."""
    made = run(sys.executable, "-m", "venv", str(folder))
    if made.returncode:
        return made
    return run(str(folder / "bin" / "python"), *PIP_INSTALL, "-r", str(pin))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command without printing; the result contains the output."""
    return subprocess.run(
        command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def find_cause(text: str) -> str:
    """The last line that is not empty, because errors of pip and Python end with the cause."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


if __name__ == "__main__":
    print(ensure(Path.cwd()))
