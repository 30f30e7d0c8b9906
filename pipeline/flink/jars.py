"""Java, and the jars of Flink and of Beam's job server for it, as Maven resolves them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.flink.errors import ClusterError

# Jobs were seen to run on 17 and 21, which Debian 12 and 13 have; Flink's page names 11 as well.
JAVA_VERSIONS = (11, 17, 21)
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
    """Of Flink, and of Beam's Java side: Beam's Python side may be newer."""

    flink: str = "1.16"
    beam: str = "2.56.0"


def classpath(versions: Versions) -> str:
    """The jars, which Maven downloads at the first use. Raises ClusterError where it cannot."""
    known = cache() / f"flink-{versions.flink}-beam-{versions.beam}.classpath"
    if known.is_file() and all(map(os.path.exists, known.read_text("utf-8").split(os.pathsep))):
        return known.read_text("utf-8")
    known.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=known.parent) as folder:
        resolve(Path(folder), versions).replace(known)
    return known.read_text("utf-8")


def cache() -> Path:
    """Where it is kept which jars there are: Maven takes seconds to say it again."""
    home = os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache"
    return Path(home, "fcn-pipeline")


def resolve(folder: Path, versions: Versions) -> Path:
    """A file with the paths of the jars. Raises ClusterError where Maven does not get them."""
    maven = program("mvn", "maven")
    (folder / "pom.xml").write_text(POM.format(versions=versions), "utf-8")
    found = folder / "classpath"
    words = ("--batch-mode", "--quiet", "dependency:build-classpath")
    command = (maven, *words, f"-Dmdep.outputFile={found}")
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        raise ClusterError(
            f"Maven cannot give Flink {versions.flink} for Beam {versions.beam}: "
            f"{errors[0].removeprefix('[ERROR] ') if errors else done.stderr.strip()}"
        )
    return found


def java() -> str:
    """The program. Raises ClusterError where it is none that Flink runs on."""
    path = program("java", JAVA_PACKAGE)
    done = subprocess.run((path, "-version"), text=True, capture_output=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    version = int(found[1]) if found else 0
    if version not in JAVA_VERSIONS:
        raise ClusterError(
            f"{path} is Java {version or 'of no version'}: this Flink runs on Java 11, 17 or 21. "
            f"Put one of them first in PATH; Debian's and Ubuntu's is {JAVA_PACKAGE}."
        )
    return path


def program(name: str, package: str) -> str:
    """Where a program is. Raises ClusterError that names the package to install."""
    path = shutil.which(name)
    if not path:
        raise ClusterError(
            f"{name} is missing: a Flink cluster needs Java 11, 17 or 21, and Maven. On Debian or "
            f"Ubuntu: `apt-get install {package}`."
        )
    return path
