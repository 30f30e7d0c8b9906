"""Renders a folder of Kubernetes manifests with `kubectl kustomize` or kustomize."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.track import SetupError

MANIFESTS = "k8s"
PROGRAMS = (("kubectl", "kustomize"), ("kustomize", "build"))
OLDEST = "1.25"  # The first kubectl whose kustomize supports components and labels in templates.


def find_folders(root: Path) -> list[Path]:
    """The folders that can be applied; Dockerfiles and kustomize components cannot."""
    found = [root / MANIFESTS / "base", root / MANIFESTS / "pipeline-runner"]
    return found + sorted((root / MANIFESTS / "overlays").iterdir())


def render(folder: Path) -> str:
    """The manifests of a folder, as YAML documents."""
    result = subprocess.run(
        [*find_program(), str(folder)], check=False, capture_output=True, text=True
    )
    if result.returncode:
        output = result.stderr.strip()
        raise SetupError(
            f"{folder} does not render: {output} (kubectl {OLDEST} or newer is needed.)"
        )
    return result.stdout


def find_program() -> tuple[str, ...]:
    """The first program that this machine has. Raises SetupError if there is none."""
    for program in PROGRAMS:
        if shutil.which(program[0]):
            return program
    raise SetupError(
        f"There is no kubectl to render {MANIFESTS}/: install version {OLDEST} or newer "
        "(Debian 13: `apt-get install kubernetes-client`; Debian 12's is too old), or `go install "
        "sigs.k8s.io/kustomize/kustomize/v5@v5.5.0`."
    )
