"""The Kubernetes part of `make check`: renders every overlay, then runs schemas and checkov."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import custom_resources, kustomize, own_environment
from tools.track import SetupError

VERSIONS = ("1.28", "1.32", "1.37")  # Of Kubernetes: fields may come and go.
UNKNOWN = re.compile(r"Couldn't find schema for kind (\S+) with api version (\S+)")
CHECKOV = ("--framework", "kubernetes", "--compact", "--quiet", "--skip-download")


def main() -> int:
    """Prints the problems found. Exit code: 0 if there are none, else 1."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return int(not check(Path.cwd(), Path(scratch)))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


def check(root: Path, scratch: Path) -> bool:
    """Whether no tool finds a problem; each prints its own findings."""
    rendered = []
    for folder in kustomize.find_folders(root):
        rendered.append(scratch / f"{folder.name}.yaml")
        rendered[-1].write_text(kustomize.render(folder), encoding="utf-8")
    validate = own_environment.ensure(root, "kubernetes-validate")
    checkov = own_environment.ensure(root, "checkov")
    found = [
        *(fields_are_known(validate, rendered, version) for version in VERSIONS),
        custom_resources.check(root, validate / "python", rendered),
        is_secure(checkov, rendered, root / ".checkov.yaml"),
    ]
    if all(found):
        print(f"{len(rendered)} folders of manifests: schemas and checkov find nothing.")
    return all(found)


def fields_are_known(programs: Path, rendered: list[Path], version: str) -> bool:
    """Whether the resources match the schemas of a version of Kubernetes, without extra fields."""
    command = [str(programs / "kubernetes-validate"), "-k", version, "--strict", "--quiet"]
    result = subprocess.run(
        [*command, *map(str, rendered)],
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    misspelt = set(UNKNOWN.findall(result.stdout)) - custom_resources.KINDS
    for kind, api in sorted(misspelt):
        print(
            f"{api} {kind} is not a kind of Kubernetes {version}: fix its name, or add its "
            "definition to tools/custom_resources.py."
        )
    if result.returncode:
        print(result.stdout)
    return not (misspelt or result.returncode)


def is_secure(programs: Path, rendered: list[Path], exceptions: Path) -> bool:
    """Whether checkov finds nothing beyond the listed exceptions."""
    files = [part for path in rendered for part in ("--file", str(path))]
    program = [str(programs / "checkov"), "--config-file", str(exceptions)]
    return subprocess.run([*program, *CHECKOV, *files], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
