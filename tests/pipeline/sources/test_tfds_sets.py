"""TensorFlow Datasets as folders: a tiny data set, prepared without a network."""

from __future__ import annotations

import importlib.util
import io
import sys

import numpy as np
import pytest

from components.ingestion import image_folder
from pipeline.sources import named, tfds_sets
from pipeline.sources.source_error import SourceError
from tests.fakes.image_files import jpeg

NEEDS_PACKAGE = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_datasets") is None,
    reason="the extra tfds is not installed",
)
COUNTS = {"train": 5, "validation": 2, "test": 3, "extra": 1}


@pytest.fixture(scope="module")
def builders():
    """Data sets: with classes, without, with names that one folder would have, and a test split
    without labels. Defining a builder registers it.
    """
    import tensorflow_datasets as tfds

    class TinyFlowers(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("1.0.0")
        label = tfds.features.ClassLabel(names=["daisy", "red/rose"])

        def _info(self):
            features = {"photo": tfds.features.Image(encoding_format="jpeg"), "kind": self.label}
            return tfds.core.DatasetInfo(
                builder=self, features=tfds.features.FeaturesDict(features)
            )

        def _split_generators(self, dl_manager):
            return {name: self._generate_examples(name) for name in COUNTS}

        def _generate_examples(self, split):
            for n in range(COUNTS[split]):
                yield n, {"photo": io.BytesIO(jpeg(number(split, n))), "kind": n % 2}

    class TinyPictures(TinyFlowers):
        label = tfds.features.Scalar(np.int64)

    class TinyTwins(TinyFlowers):
        label = tfds.features.ClassLabel(names=["red/rose", "red:rose"])

    class TinyContest(TinyFlowers):
        def _generate_examples(self, split):
            for n, example in super()._generate_examples(split):
                yield n, {**example, "kind": -1} if split == "test" else example


def number(split: str, n: int) -> int:
    """Another one for each image."""
    return 100 * list(COUNTS).index(split) + n


@NEEDS_PACKAGE
def test_a_data_set_becomes_folders_of_its_splits_and_classes(builders, tmp_path):
    folder = tfds_sets.export("tiny_flowers", tmp_path, data_dir=str(tmp_path / "prepared"))

    listing = image_folder.find(str(folder))
    assert listing.classes == ("daisy", "red-rose")
    counts = {split: sum(f.split == split for f in listing.files) for split in ("val", "test")}
    assert (counts, len(listing.files)) == ({"val": 2, "test": 3}, 10)
    written = {path.read_bytes() for path in folder.glob("test/*/*.jpeg")}
    assert written == {jpeg(number("test", n)) for n in range(3)}
    assert folder == tmp_path / "tfds" / "tiny_flowers"


@NEEDS_PACKAGE
def test_a_second_call_reads_nothing(builders, tmp_path):
    (tmp_path / "tfds" / "no_such_set" / "daisy").mkdir(parents=True)

    assert tfds_sets.export("no_such_set", tmp_path) == tmp_path / "tfds" / "no_such_set"


@NEEDS_PACKAGE
def test_a_data_set_without_classes_is_refused_with_its_features(builders, tmp_path):
    with pytest.raises(SourceError, match="kind, photo"):
        tfds_sets.export("tiny_pictures", tmp_path, data_dir=str(tmp_path / "prepared"))

    assert not (tmp_path / "tfds").exists()


@NEEDS_PACKAGE
def test_two_classes_never_share_a_folder(builders, tmp_path):
    with pytest.raises(SourceError, match=r"'red/rose'.*'red-rose' is that of.*red:rose"):
        tfds_sets.export("tiny_twins", tmp_path, data_dir=str(tmp_path / "prepared"))

    assert not (tmp_path / "tfds").exists()


@NEEDS_PACKAGE
def test_a_test_split_without_labels_is_replaced_by_validation(builders, tmp_path):
    folder = tfds_sets.export("tiny_contest", tmp_path, data_dir=str(tmp_path / "prepared"))

    assert {path.parts[-2] for path in folder.glob("*/*")} == {"train", "test"}
    written = {path.read_bytes() for path in folder.glob("test/*/*.jpeg")}
    assert written == {jpeg(number("validation", n)) for n in range(2)}


def test_a_class_without_a_name_is_refused():
    with pytest.raises(SourceError, match="the class ''"):
        tfds_sets.name_folders("some_set", ["daisy", ""])


@NEEDS_PACKAGE
def test_an_unknown_name_is_refused(tmp_path):
    with pytest.raises(SourceError, match="tfds:no_such_set"):
        tfds_sets.export("no_such_set", tmp_path, data_dir=str(tmp_path))


def test_without_the_package_one_line_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)

    with pytest.raises(SourceError, match="tensorflow-datasets") as raised:
        named.find_folder("tfds:tf_flowers", tmp_path)

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["..", "a/../b", ".hidden", "set/large:1.0.0"])
def test_a_name_is_that_of_one_visible_folder(name):
    made = tfds_sets.make_name(name)

    assert "/" not in made
    assert not made.startswith(".")


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        (["train"], {"train": ""}),
        (["train", "test"], {"train": "train", "test": "test"}),
        (["train", "validation"], {"train": "train", "validation": "test"}),
        (["train", "test", "unlabelled"], {"train": "train", "test": "test"}),
    ],
    ids=["content-decides", "both", "validation-tests", "others-are-left-out"],
)
def test_splits_become_those_that_ingestion_reads(names, folders):
    assert tfds_sets.choose_folders(names) == folders
