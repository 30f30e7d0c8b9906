"""The experiment's own network judges each image without having trained on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import tensorflow as tf

from components.doubt import collection, fold_records, judgement, own_network
from components.doubt.judgement import Case
from components.doubt.own_network import OwnNetwork
from tests.fakes import doubtful, tiny
from tests.fakes.doubtful import WRONG
from tests.fakes.tiny_runs import lasting
from trainer.data import input_pipeline, records
from trainer.doubt_config import DoubtConfig
from trainer.learning import phases

FOLDS = 2
CONFIG = DoubtConfig(own_folds=FOLDS, most=5)
QUICK = ("augment.min_crop_area=1.0", "train.ema_momentum=0.5", "train.label_smoothing=0.0")
CLASSES = tiny.with_values("train.learning_rate=0.03", "train.epochs=4", *QUICK)
MASKS = tiny.with_values("train.learning_rate=0.01", "train.epochs=6", *QUICK, of=tiny.MASKS)
ALL = {doubtful.digest(n) for numbers in doubtful.PLACES.values() for n in numbers}


def digests_of(patterns):
    rows = tf.data.TFRecordDataset(input_pipeline.expand(patterns))
    parsed = (tf.io.parse_single_example(row, fold_records.DIGEST) for row in rows)
    return {fields[records.SHA256].numpy().decode() for fields in parsed}


class Trainings:
    """What each training read, and the folds that were judged, from the record files."""

    def __init__(self, patch):
        self.learned, self.judged, self.lines = [], [], []
        fit, train_each = phases.fit, own_network.train_each

        def note_files(model, files, folders, recipe):
            self.learned.append(digests_of([*files.train, *files.val]))
            return fit(model, files, folders, recipe)

        def note_folders(*arguments):
            for trained in train_each(*arguments):
                self.judged.append(digests_of([f"{trained.judged}/*/*"]))
                yield trained

        patch.setattr(phases, "fit", note_files)
        patch.setattr(own_network, "train_each", note_folders)


def judge(experiment, kind, make):
    """The doubts, and the trainings that led to them."""
    examples = doubtful.examples(lasting(), make).uri
    with pytest.MonkeyPatch.context() as patch:
        trainings = Trainings(patch)
        statistics = tiny.statistics_of(experiment)
        own = OwnNetwork(experiment, statistics, FOLDS, trainings.lines.append)
        found = judgement.find(Case("tiny", kind, examples, CONFIG, own=own))
    return found, trainings


@pytest.fixture(scope="module")
def classes():
    return judge(CLASSES, "label", doubtful.labelled)


@pytest.fixture(scope="module")
def masks():
    return judge(MASKS, "mask", doubtful.masked)


@pytest.fixture(params=["classes", "masks"])
def judged(request):
    return request.getfixturevalue(request.param)


def test_images_are_judged_by_the_part_that_is_served(tmp_path):
    recipe = tiny.with_values("serve.crop=[0.5, 0.0, 1.0, 1.0]")
    tiny.write(tmp_path / "Split-train" / "data", [doubtful.labelled(0)])  # 24 x 28 pixels.

    def network(inputs, training):
        return tf.math.log(tf.cast(inputs["size"], tf.float32))

    ((digest, answer),) = own_network.ask(own_network.Trained(network, str(tmp_path)), recipe)

    assert digest == doubtful.digest(0)
    assert answer == pytest.approx([12 / 40, 28 / 40])


def test_a_swapped_label_is_the_first_of_the_list(classes):
    found, _ = classes

    assert (found.kind, found.images, found.left) == ("label", len(ALL), 0)
    assert found.doubts[0].path == f"{WRONG}.png"
    assert found.doubts[0].likely == doubtful.colour(WRONG)
    assert found.doubts[0].pictures


def test_a_mask_without_its_object_is_the_first_of_the_list(masks):
    found, _ = masks

    assert (found.kind, found.images) == ("mask", len(ALL))
    assert (found.doubts[0].path, found.doubts[0].split) == (f"{WRONG}.png", "train")
    assert found.doubts[0].given == "ground"


def test_each_image_is_judged_once_by_a_network_that_has_not_read_it(judged):
    _, trainings = judged

    assert len(trainings.learned) == len(trainings.judged) == FOLDS
    for learned, rest in zip(trainings.learned, trainings.judged, strict=True):
        assert learned | rest == ALL
        assert not learned & rest
    assert sorted(d for fold in trainings.judged for d in fold) == sorted(ALL)


def test_near_duplicates_are_judged_together(classes):
    _, trainings = classes
    pair = {doubtful.digest(doubtful.TWIN_OF), doubtful.digest(doubtful.TWIN)}

    assert [len(pair & fold) for fold in trainings.judged if pair & fold] == [len(pair)]


def test_the_progress_names_each_fold(judged):
    _, trainings = judged

    assert [line.partition(":")[0] for line in trainings.lines] == [
        f"Fold {n} of {FOLDS}" for n in (1, 2)
    ]


def test_images_beyond_the_limit_are_neither_learned_nor_judged(tmp_path):
    examples = doubtful.examples(tmp_path).uri
    images = collection.collect(examples, most=26)

    fold_records.write(
        examples, fold_records.assign(images, images.find_groups(), 2), str(tmp_path)
    )

    written = digests_of([f"{tmp_path}/{fold}/*/*" for fold in range(2)])
    assert written == {image.sha256 for image in images.images}
    assert images.left == len(ALL) - 26


def test_without_images_of_val_those_that_are_learned_choose_the_epoch(tmp_path):
    tiny.write(tmp_path / "1" / "Split-train" / "a", [doubtful.labelled(1)])

    files = fold_records.find_files(str(tmp_path), 0, 2, tiny.LABELS)

    assert digests_of(files.val) == digests_of(files.train) == {doubtful.digest(1)}


def test_a_label_that_training_does_not_know_is_named(tmp_path):
    examples = doubtful.examples(tmp_path).uri
    statistics = replace(tiny.STATISTICS, labels=("blue", "green"))
    own = OwnNetwork(CLASSES, statistics, FOLDS, print)

    with pytest.raises(ValueError, match="'red' is not in the training split"):
        judgement.find(Case("tiny", "label", examples, CONFIG, own=own))
