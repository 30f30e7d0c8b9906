"""Renders a folder of Kubernetes manifests: `kubectl kustomize`, or kustomize itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.track import SetupError

MANIFESTS = "k8s"
PROGRAMS = (("kubectl", "kustomize"), ("kustomize", "build"))
OLDEST = "1.25"  # Whose kustomize knows components, and labels for templates.


def folders(root: Path) -> list[Path]:
    """The folders that can be applied: without images and components."""
    found = [root / MANIFESTS / "base", root / MANIFESTS / "pipeline-runner"]
    return found + sorted((root / MANIFESTS / "overlays").iterdir())


def render(folder: Path) -> str:
    """The manifests of a folder, as YAML documents."""
    result = subprocess.run([*command(), str(folder)], check=False, capture_output=True, text=True)
    if result.returncode:
        output = result.stderr.strip()
        raise SetupError(
            f"{folder} does not render: {output} (kubectl {OLDEST} or newer is needed.)"
        )
    return result.stdout


def command() -> tuple[str, ...]:
    """The program that this machine has."""
    for program in PROGRAMS:
        if shutil.which(program[0]):
            return program
    raise SetupError(
        f"There is no kubectl to render {MANIFESTS}/: install version {OLDEST} or newer "
        "(Debian 13: `apt-get install kubernetes-client`; Debian 12's is too old), or `go install "
        "sigs.k8s.io/kustomize/kustomize/v5@v5.5.0`."
    )
