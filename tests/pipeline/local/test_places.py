"""Places that a run could not use are refused before its first step, and nothing is made."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from components.errors import DataError
from pipeline.local.places import check_places
from pipeline.settings import Settings
from tests.fakes.image_files import put


@pytest.fixture
def settings(tmp_path):
    put(tmp_path / "data", {"daisy/one.jpg": b"x" * 1000, "roses/two.jpg": b"x" * 1000})
    return Settings(
        data=f"{tmp_path}/data", workdir=f"{tmp_path}/run", push_root=f"{tmp_path}/served"
    )


def assert_refused(settings, *named):
    before = sorted(Path(settings.data).parent.rglob("*"))
    with pytest.raises(DataError) as raised:
        check_places(settings, "flowers")

    assert all(name in str(raised.value) for name in named), raised.value
    assert sorted(Path(settings.data).parent.rglob("*")) == before


def test_places_that_can_be_made_are_taken_and_not_made(settings, tmp_path):
    check_places(settings, "flowers")

    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("inside", ["", "/runs/flowers"])
def test_a_working_directory_in_the_data_is_refused(settings, inside):
    assert_refused(replace(settings, workdir=settings.data + inside), "--workdir", settings.data)


def test_a_push_root_in_the_data_is_refused(settings):
    assert_refused(replace(settings, push_root=settings.data), "--push-root", settings.data)


@pytest.mark.parametrize("place", ["workdir", "push_root"])
def test_a_place_behind_a_link_in_the_data_is_refused_if_links_are_followed(
    settings, tmp_path, place
):
    runs = tmp_path / "runs"
    runs.mkdir()
    Path(settings.data, "runs").symlink_to(runs)
    inside = replace(settings, **{place: f"{runs}/flowers"})

    check_places(inside, "flowers")
    assert_refused(replace(inside, follow_links=True), str(runs))


@pytest.mark.parametrize("name", ["[b]", "a*", "what?", "{a}", "back\\slash"])
def test_a_working_directory_that_reads_as_a_pattern_is_refused(settings, name):
    assert_refused(replace(settings, workdir=f"{settings.workdir}/{name}"), "--workdir", name)


@pytest.mark.parametrize("place", ["workdir", "push_root"])
def test_a_place_below_a_file_is_refused(settings, tmp_path, place):
    (tmp_path / "file").write_text("")
    flag = f"--{place.replace('_', '-')}"

    assert_refused(replace(settings, **{place: f"{tmp_path}/file"}), flag, f"{tmp_path}/file")
    assert_refused(replace(settings, **{place: f"{tmp_path}/file/below"}), flag, f"{tmp_path}/file")


def test_a_place_that_is_a_broken_link_is_refused(settings, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone")

    assert_refused(replace(settings, push_root=f"{tmp_path}/link"), "--push-root", "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can mount.")
def test_a_place_that_cannot_be_written_is_refused(settings, tmp_path):
    (tmp_path / "locked").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "none", f"{tmp_path}/locked"]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("This container may not mount.")
    try:
        assert_refused(replace(settings, push_root=f"{tmp_path}/locked"), "--push-root", "locked")
    finally:
        subprocess.run(["umount", f"{tmp_path}/locked"], check=True)


@pytest.mark.parametrize("inner", ["checkpoints", "artifacts", "artifacts/Trainer/model"])
def test_folders_of_an_earlier_run_that_cannot_be_written_are_refused(
    settings, tmp_path, monkeypatch, inner
):
    folder = tmp_path / "run" / inner
    folder.mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder)

    assert_refused(settings, "--workdir", str(folder))


def test_a_push_root_without_room_for_a_model_is_refused(settings, monkeypatch):
    (Path(settings.push_root)).mkdir()
    full = shutil.disk_usage("/")._replace(free=100_000)
    usage = shutil.disk_usage
    monkeypatch.setattr(
        "shutil.disk_usage", lambda path: full if "served" in str(path) else usage(path)
    )

    assert_refused(settings, "--push-root", settings.push_root, "0.1 MB")


def test_data_that_would_not_fit_are_refused_with_both_sizes(settings, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=2000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)

    assert_refused(settings, "--workdir")
