"""Finds Java, and gets the jars of Flink and of Beam's job server from Maven."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.flink.errors import ClusterError

# Tested on 17 and 21, which Debian 12 and 13 have; Flink's documentation also names 11.
JAVA_VERSIONS = (11, 17, 21)
JAVA_NAMES = "{}, {} or {}".format(*JAVA_VERSIONS)
JAVA_PACKAGE = "default-jre-headless"
POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>fcn-pipeline</groupId>
  <artifactId>flink</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.beam</groupId>
      <artifactId>beam-runners-flink-{versions.flink}</artifactId>
      <version>{versions.beam}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.30</version>
    </dependency>
  </dependencies>
</project>
"""


@dataclass(frozen=True)
class Versions:
    """The versions of Flink and of Beam's Java side; Beam's Python side may be newer."""

    flink: str = "1.16"
    beam: str = "2.56.0"


def find_classpath(versions: Versions) -> str:
    """The jars, which Maven downloads on first use. Raises ClusterError if it cannot."""
    paths = find_cache() / f"flink-{versions.flink}-beam-{versions.beam}.classpath"
    if paths.is_file() and all(map(os.path.exists, paths.read_text("utf-8").split(os.pathsep))):
        return paths.read_text("utf-8")
    paths.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.parent) as folder:
        resolve(Path(folder), versions).replace(paths)
    return paths.read_text("utf-8")


def find_cache() -> Path:
    """The folder for the list of jars, which Maven would take seconds to make again."""
    home = os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache"
    return Path(home, "fcn-pipeline")


def resolve(folder: Path, versions: Versions) -> Path:
    """A file with the paths of the jars. Raises ClusterError if Maven cannot download them."""
    maven = find_program("mvn", "maven")
    (folder / "pom.xml").write_text(POM.format(versions=versions), "utf-8")
    output = folder / "classpath"
    words = ("--batch-mode", "--quiet", "dependency:build-classpath")
    command = (maven, *words, f"-Dmdep.outputFile={output}")
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        reason = errors[0].removeprefix("[ERROR] ") if errors else done.stderr.strip()
        raise ClusterError(
            f"Maven cannot download Flink {versions.flink} for Beam {versions.beam}: check the "
            f"network, and that these versions exist (--flink, --beam). {reason}"
        )
    return output


def find_java() -> str:
    """The path of Java. Raises ClusterError if Flink does not run on it."""
    path = find_program("java", JAVA_PACKAGE)
    done = subprocess.run((path, "-version"), text=True, capture_output=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    version = int(found[1]) if found else 0
    if version not in JAVA_VERSIONS:
        raise ClusterError(
            f"{path} is Java {version or 'of unknown version'}, not {JAVA_NAMES}. Put "
            f"one of them first in PATH; on Debian or Ubuntu: `apt-get install {JAVA_PACKAGE}`."
        )
    return path


def find_program(name: str, package: str) -> str:
    """The path of a program. Raises ClusterError if it is not installed."""
    path = shutil.which(name)
    if not path:
        raise ClusterError(
            f"{name} is missing: a Flink cluster needs Java {JAVA_NAMES}, and Maven. On Debian or "
            f"Ubuntu: `apt-get install {package}`."
        )
    return path
