"""What is served: which folders are versions, and which one is meant."""

from __future__ import annotations

import pytest
import tensorflow as tf

from components import serving_folder
from components.errors import DataError


@pytest.fixture
def folder(tmp_path):
    for name in ("9", "10", ".partial", "notes", "007", "²", "-3"):
        (tmp_path / name).mkdir()
    (tmp_path / "11").write_text("a file, and no version")
    return str(tmp_path)


def test_versions_are_folders_with_whole_numbers_for_names(folder):
    assert serving_folder.versions(folder) == [9, 10]


def test_a_folder_that_is_not_there_holds_no_version(tmp_path):
    assert serving_folder.versions(str(tmp_path / "none")) == []


def test_the_newest_is_the_greatest_number_and_not_the_last_word(folder):
    assert serving_folder.find(folder, serving_folder.NEWEST) == f"{folder}/10"


def test_a_version_is_found_by_its_number(folder):
    assert serving_folder.find(folder, "9") == f"{folder}/9"


def test_none_is_none_whatever_is_there(folder):
    assert serving_folder.find(folder, serving_folder.NONE) is None


def test_where_nothing_is_served_the_newest_is_none(tmp_path):
    assert serving_folder.find(str(tmp_path), serving_folder.NEWEST) is None


def test_a_number_that_is_not_there_is_an_error_that_names_those_that_are(folder):
    with pytest.raises(DataError, match=r"No version '8' in .*; there are: \[9, 10\]"):
        serving_folder.find(folder, "8")


def test_a_word_that_is_no_version_is_told_what_may_stand_there(folder):
    with pytest.raises(DataError, match=r"No version 'latest' .* \"newest\" or \"none\""):
        serving_folder.find(folder, "latest")


@pytest.mark.parametrize("folder", ["served/flowers", "", "./served"])
def test_a_relative_folder_is_refused_before_anything_is_looked_up(folder):
    with pytest.raises(DataError, match=r"is relative.*begins with /"):
        serving_folder.find(folder, serving_folder.NONE)


def test_a_copy_has_the_fingerprint_of_its_model_and_another_training_has_not(tmp_path):
    for name, value in (("model", 1.0), ("1", 1.0), ("2", 2.0)):
        module = tf.Module()
        module.weight = tf.Variable(value)
        tf.saved_model.save(module, str(tmp_path / name))

    assert serving_folder.fingerprint(f"{tmp_path}/1") != serving_folder.fingerprint(
        f"{tmp_path}/2"
    )
    assert serving_folder.find_copy(str(tmp_path), f"{tmp_path}/model") == 1


@pytest.mark.parametrize("content", [None, b"", b"garbage"], ids=["none", "empty", "garbage"])
def test_a_model_without_a_fingerprint_has_no_copy(tmp_path, content):
    for name in ("model", "1"):
        (tmp_path / name).mkdir()
        if content is not None:
            (tmp_path / name / "fingerprint.pb").write_bytes(content)

    assert serving_folder.find_copy(str(tmp_path), f"{tmp_path}/model") is None
