"""Java, Maven and the jars; an error says which of them is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.flink import jars
from pipeline.flink.errors import ClusterError
from pipeline.flink.jars import Versions


def put_program(folder: Path, name: str, text: str) -> None:
    """A program that prints the text, and fails unless it is Java."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{text}'\n[ {name} = java ]\n")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder that is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.mark.parametrize(
    ("find", "name", "package"),
    [
        pytest.param(jars.find_java, "java", "default-jre-headless", id="java"),
        pytest.param(lambda: jars.find_classpath(Versions()), "mvn", "maven", id="maven"),
    ],
)
def test_a_missing_program_is_named_with_its_package(programs, find, name, package):
    with pytest.raises(ClusterError, match=f"{name} is missing") as raised:
        find()

    assert f"apt-get install {package}" in str(raised.value)


@pytest.mark.parametrize(("text", "version"), [("1.8.0_402", 8), ("25.0.1", 25)])
def test_a_java_that_flink_does_not_support_is_refused(programs, text, version):
    put_program(programs, "java", f'openjdk version "{text}"')

    with pytest.raises(ClusterError, match=f"is Java {version}"):
        jars.find_java()


@pytest.mark.parametrize("text", ["11.0.24", "17.0.15", "21.0.12.1"])
def test_a_java_that_flink_supports_is_found(programs, text):
    put_program(programs, "java", f'openjdk version "{text}" 2026-08-18')

    assert jars.find_java() == str(programs / "java")


def test_what_maven_cannot_find_is_named(programs):
    put_program(programs, "mvn", "[ERROR] Could not find artifact a:b:jar:1 in central")

    with pytest.raises(ClusterError, match="Could not find artifact a:b:jar"):
        jars.find_classpath(Versions("9", "8"))


def test_maven_runs_again_only_when_a_jar_is_missing(programs, tmp_path):
    paths_file = jars.find_cache() / "flink-1.16-beam-2.56.0.classpath"
    paths_file.parent.mkdir(parents=True)
    paths = [tmp_path / "a.jar", tmp_path / "b.jar"]
    for path in paths:
        path.touch()
    paths_file.write_text(os.pathsep.join(map(str, paths)))
    assert jars.find_classpath(Versions()) == paths_file.read_text()

    paths[0].unlink()

    with pytest.raises(ClusterError, match="mvn is missing"):
        jars.find_classpath(Versions())
