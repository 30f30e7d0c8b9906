"""The parts of the demo: its pairs, a real server's answers, its table and its pictures."""

import io

import numpy as np
import pytest
import typer
from PIL import Image

from pipeline.demo import drawn_pets, pets, steps
from pipeline.demo.pets import SegmentedImage
from pipeline.sources.download import Archive
from serving.terminal import Console
from tests.fakes import tiny, tiny_masks
from trainer.export import saved_model

NOWHERE = (Archive("http://no-such-host.invalid/images.tar.gz", "0" * 64, "images"),)


@pytest.fixture(scope="module")
def push_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_model.save_module(tiny_masks.segmenter(), str(root / pets.MODEL / "1"))
    return root


@pytest.fixture
def printed(monkeypatch):
    console = Console(file=io.StringIO(), width=200)
    for module in (pets, steps):
        monkeypatch.setattr(module, "console", console)
    return console.file.getvalue


def pair(number):
    image, truth = tiny_masks.image(number), tiny_masks.truth(number)
    return f"images/{number}.png", tiny.png(image), tiny.png(truth)


def test_a_real_server_answers_over_both_protocols_and_each_answer_has_a_picture(
    push_root, tmp_path
):
    answers = pets.ask(push_root, [pair(0), pair(3)], tmp_path)

    assert all(answer.agreed for answer in answers)
    for answer, number in zip(answers, (0, 3), strict=True):
        truth, predicted = tiny_masks.truth(number), np.argmax(tiny_masks.image(number), -1)
        counts = truth != 255
        assert answer.accuracy == pytest.approx(np.mean(truth[counts] == predicted[counts]))
        assert answer.pet == pytest.approx(np.mean(predicted == 0), abs=1e-6)
        assert Image.open(answer.picture).width >= truth.shape[1]


def test_the_table_shows_how_accurate_each_answer_is(printed, tmp_path):
    rows = [SegmentedImage("a[1].jpg", 0.25, 0.5, agreed, tmp_path) for agreed in (True, False)]
    pets.show(rows, tmp_path)

    assert printed().count("25% of the image") == 2
    assert "50%" in printed()
    assert "✓" in printed()
    assert "✗" in printed()
    assert str(tmp_path) in printed()


def test_without_a_network_the_demo_draws_animals_and_says_so(tmp_path, printed, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")  # A proxy would answer for a host that does not exist.

    folder = pets.find_pets(tmp_path, archives=NOWHERE)

    assert len(list((folder / "images").iterdir())) == drawn_pets.PAIRS
    assert "cannot be reached" in printed()
    assert "DRAWN ANIMALS" in printed()


def test_photographs_from_an_earlier_run_need_no_network(tmp_path, printed):
    (tmp_path / "oxford_pets" / "images").mkdir(parents=True)

    assert pets.find_pets(tmp_path, archives=NOWHERE) == tmp_path / "oxford_pets"
    assert printed() == ""


def test_a_missing_folder_ends_with_the_exit_code_of_wrong_input(tmp_path):
    with pytest.raises(typer.Exit) as ended:
        pets.demo(data=str(tmp_path / "nowhere"), workdir=str(tmp_path / "home"))

    assert ended.value.exit_code == 2
