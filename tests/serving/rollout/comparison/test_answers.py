"""Both versions are asked about the same files, and what differs is kept, worst first."""

from __future__ import annotations

import pytest

from serving.client import NotAnImage, Prediction, RequestRejected, ServerUnavailable
from serving.rollout.comparison import answers
from serving.rollout.errors import RolloutRefused


class Version:
    """A client whose answer is a function of the file's bytes."""

    def __init__(self, answer):
        self._answer = answer

    def ask(self, images):
        return [self._answer(image) for image in images]


def cat(image):
    return Prediction("cat", {"cat": 0.5, "dog": 0.5})


def dog_if_dark(image):
    share = image[0] / 10
    label = "dog" if share > 0.5 else "cat"
    return Prediction(label, {"cat": 1 - share, "dog": share})


def refuse_dark(image):
    if image[0] > 5:
        raise RequestRejected("too dark")
    return cat(image)


@pytest.fixture
def files(tmp_path):
    for value in range(10):
        (tmp_path / f"{value}.png").write_bytes(bytes([value]))
    return sorted(tmp_path.iterdir())


def test_metrics_are_means_over_the_files(files):
    found = answers.compare(Version(cat), Version(dog_if_dark), files)

    assert (found.images, found.skipped) == (10, 0)
    assert found.metrics == pytest.approx(
        {"agreement": 0.6, "probability_difference": 0.25, "failed": 0}
    )


def test_files_that_differ_are_kept_up_to_a_limit(files, monkeypatch):
    monkeypatch.setattr(answers, "WORST", 3)
    found = answers.compare(Version(cat), Version(dog_if_dark), files)

    assert [difference.file.name for difference in found.worst] == ["6.png", "7.png", "8.png"]


def test_an_image_that_only_the_canary_refuses_has_failed(files):
    found = answers.compare(Version(cat), Version(refuse_dark), files)

    assert found.metrics["failed"] == pytest.approx(0.4)
    assert (found.worst[0].canary, found.worst[0].error) == (None, "too dark")


def test_a_file_that_the_stable_version_refuses_is_skipped(files):
    found = answers.compare(Version(refuse_dark), Version(cat), files)

    assert (found.images, found.skipped, found.worst) == (6, 4, [])


def test_without_any_image_the_comparison_is_refused(files):
    def refuse(image):
        raise NotAnImage(0, "it is empty")

    with pytest.raises(RolloutRefused, match="none of 10 files"):
        answers.compare(Version(refuse), Version(cat), files)


def test_a_server_that_fails_ends_the_comparison(files):
    def fail(image):
        raise ServerUnavailable("gone")

    with pytest.raises(ServerUnavailable):
        answers.compare(Version(cat), Version(fail), files)


def test_the_same_files_are_chosen_each_time_and_hidden_ones_never(tmp_path):
    for number in range(30):
        path = tmp_path / f"{number % 3}" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / ".DS_Store").write_bytes(b"")
    chosen = answers.choose_files(tmp_path, 9)

    assert chosen == answers.choose_files(tmp_path, 9)
    assert len(set(chosen)) == 9
    assert {path.parent.name for path in chosen} == {"0", "1", "2"}
    assert len(answers.choose_files(tmp_path, 99)) == 30


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(RolloutRefused, match="--images"):
        answers.choose_files(tmp_path / "none", 9)
