"""Which folders are served versions, and which of them is found."""

from __future__ import annotations

import pytest

from components import serving_folder
from components.errors import DataError


@pytest.fixture
def folder(tmp_path):
    for name in ("9", "10", ".partial", "notes", "007", "²", "-3"):
        (tmp_path / name).mkdir()
    (tmp_path / "11").write_text("a file, not a version")
    return str(tmp_path)


def test_versions_are_folders_with_whole_numbers_for_names(folder):
    assert serving_folder.list_versions(folder) == [9, 10]


def test_a_missing_folder_has_no_versions(tmp_path):
    assert serving_folder.list_versions(str(tmp_path / "none")) == []


def test_a_version_is_found_by_its_number(folder):
    assert serving_folder.find(folder, "9") == f"{folder}/9"


def test_the_newest_version_is_the_greatest_number(folder):
    assert serving_folder.find(folder, serving_folder.NEWEST) == f"{folder}/10"


def test_the_version_none_is_none_whatever_is_served(folder):
    assert serving_folder.find(folder, serving_folder.NONE) is None


def test_if_nothing_is_served_the_newest_version_is_none(tmp_path):
    assert serving_folder.find(str(tmp_path), serving_folder.NEWEST) is None


@pytest.mark.parametrize("version", ["8", "latest"])
def test_an_unknown_version_is_an_error_that_lists_what_can_be_given(folder, version):
    with pytest.raises(DataError) as raised:
        serving_folder.find(folder, version)

    assert raised.value.reason == "unknown_served_version"
    assert str(raised.value) == (
        f'{folder} has no version {version!r}. Give one of [9, 10], "newest" or "none".'
    )


@pytest.mark.parametrize("folder", ["served/flowers", "", "./served"])
def test_a_relative_folder_is_refused_before_anything_is_looked_up(folder):
    with pytest.raises(DataError) as raised:
        serving_folder.find(folder, serving_folder.NONE)

    assert raised.value.reason == "served_folder_relative"
    assert f"served_folder={folder} " in str(raised.value)
