"""Which folders count as versions of a model."""

import pytest

from serving import versions


def make_folders(root, *names):
    for name in names:
        (root / name).mkdir(parents=True)


def test_every_folder_with_an_integer_folder_is_a_model(tmp_path):
    make_folders(tmp_path, "pets/3", "flowers/1", "flowers/20", "notes/drafts")

    found = versions.find_models(tmp_path)

    assert {name: sorted(paths) for name, paths in found.items()} == {
        "flowers": [1, 20],
        "pets": [3],
    }


@pytest.mark.parametrize(
    "name", [".7.partial", "7.partial", "v7", "-7", "7_0", "\u0667", "²", str(2**63), "9" * 200]
)
def test_a_name_that_is_not_an_integer_is_not_a_version(tmp_path, name):
    make_folders(tmp_path, f"flowers/{name}")

    assert versions.find_models(tmp_path) == {}


def test_leading_zeros_do_not_matter(tmp_path):
    make_folders(tmp_path, "flowers/007", "flowers/8", "flowers/08", f"flowers/0{2**63 - 1}")

    found = versions.find_versions(tmp_path / "flowers")

    assert {number: path.name for number, path in found.items()} == {
        7: "007",
        8: "8",
        2**63 - 1: f"0{2**63 - 1}",
    }


def test_a_file_is_not_a_version(tmp_path):
    make_folders(tmp_path, "flowers")
    (tmp_path / "flowers" / "7").touch()

    assert versions.find_models(tmp_path) == {}


def test_the_folder_of_a_model_is_that_model(tmp_path):
    make_folders(tmp_path, "flowers/7")
    (tmp_path / "flowers" / "7" / "saved_model.pb").touch()

    found = versions.find_models(tmp_path / "flowers")

    assert found == {"flowers": {7: tmp_path / "flowers" / "7"}}


def test_a_model_may_be_named_by_digits_alone(tmp_path):
    make_folders(tmp_path, "2024/1", "flowers/7")
    (tmp_path / "2024" / "1" / "saved_model.pb").touch()

    assert list(versions.find_models(tmp_path)) == ["2024", "flowers"]


def test_a_missing_folder_has_no_models(tmp_path):
    assert versions.find_models(tmp_path / "nowhere") == {}
