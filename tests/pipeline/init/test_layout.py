"""What is recognised in a folder."""

from __future__ import annotations

import pytest

from components.errors import DataError
from pipeline.init import layout
from tests.fakes.image_files import class_folders, official_pairs, plain_pairs, put


def values(found):
    return {name: choice.value for name, choice in found.choices.items()}


def test_a_folder_for_each_class(tmp_path):
    class_folders(tmp_path, images=2, classes=("cats", "dogs"))

    found = layout.recognise(str(tmp_path))

    assert found.base == "images"
    assert values(found) == {"data.classes": ["cats", "dogs"]}


def test_images_with_masks(tmp_path):
    plain_pairs(tmp_path, count=2)

    found = layout.recognise(str(tmp_path))

    assert found.base == "masks"
    assert values(found)["data.mask.values"] == [1, 2, 3]
    assert "data.mask.suffix" not in found.choices


def test_masks_whose_names_have_an_ending(tmp_path):
    plain_pairs(tmp_path, count=4)
    for path in list((tmp_path / "masks").iterdir()):
        path.rename(path.with_stem(f"{path.stem}_seg"))

    found = layout.recognise(str(tmp_path))

    assert values(found)["data.mask.suffix"] == "_seg"


def test_the_pets_as_they_are_published(tmp_path):
    official_pairs(tmp_path, count=2)

    found = layout.recognise(str(tmp_path))

    assert (found.base, found.choices) == ("pets-transfer", {})


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param(["one.jpg"], "no_class_folders", id="no-folders"),
        pytest.param(["cats/one.jpg"], "single_class", id="one-class"),
        pytest.param(["images/1.jpg", "masks/notes.txt"], "no_pair_layout", id="no-masks"),
    ],
)
def test_another_layout_is_refused_as_ingestion_refuses_it(tmp_path, files, reason):
    put(tmp_path, dict.fromkeys(files, b"x"))

    with pytest.raises(DataError) as refusal:
        layout.recognise(str(tmp_path))

    assert refusal.value.reason == reason
