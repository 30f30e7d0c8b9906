"""Where Java or Maven are missing, a sentence says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.flink import jars
from pipeline.flink.errors import ClusterError
from pipeline.flink.jars import Versions


def put_program(folder: Path, name: str, text: str) -> None:
    """A program that says the text, and ends with 1 unless it is Java."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{text}'\n[ {name} = java ]\n")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder that is the whole PATH, but for the shell's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def test_no_java_is_a_sentence_with_the_package(programs):
    with pytest.raises(ClusterError, match=r"java is missing: .* default-jre-headless"):
        jars.java()


def test_no_maven_is_a_sentence_with_the_package(programs):
    with pytest.raises(ClusterError, match=r"mvn is missing: .*apt-get install maven"):
        jars.classpath(Versions())


@pytest.mark.parametrize(("said", "version"), [("1.8.0_402", 8), ("25.0.1", 25)])
def test_a_java_that_flink_does_not_run_on_is_refused(programs, said, version):
    put_program(programs, "java", f'openjdk version "{said}"')

    with pytest.raises(ClusterError, match=f"is Java {version}: this Flink runs on Java 11, 17 or"):
        jars.java()


@pytest.mark.parametrize("said", ["11.0.24", "17.0.15", "21.0.12.1"])
def test_a_java_that_flink_runs_on_is_taken(programs, said):
    put_program(programs, "java", f'openjdk version "{said}" 2026-08-18')

    assert jars.java() == str(programs / "java")


def test_what_maven_cannot_get_is_a_sentence(programs):
    put_program(programs, "mvn", "[ERROR] Could not find artifact a:b:jar:1 in central")

    with pytest.raises(ClusterError, match="Flink 9 for Beam 8: Could not find artifact a:b:jar"):
        jars.classpath(Versions("9", "8"))


def test_maven_is_asked_again_only_when_a_jar_is_gone(programs, tmp_path):
    known = jars.cache() / "flink-1.16-beam-2.56.0.classpath"
    known.parent.mkdir(parents=True)
    paths = [tmp_path / "a.jar", tmp_path / "b.jar"]
    for path in paths:
        path.touch()
    known.write_text(os.pathsep.join(map(str, paths)))
    assert jars.classpath(Versions()) == known.read_text()

    paths[0].unlink()

    with pytest.raises(ClusterError, match="mvn is missing"):
        jars.classpath(Versions())
