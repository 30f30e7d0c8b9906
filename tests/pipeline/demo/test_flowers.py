"""The parts of the demo: its flowers, a real server's answers, its table."""

from __future__ import annotations

import io

import pytest
import tensorflow as tf
import typer
from PIL import Image

from pipeline.demo import flowers, steps
from pipeline.sources.download import Archive
from serving.client import Prediction
from serving.terminal import Console

LABELS = ("green", "red")
NOWHERE = Archive("http://no-such-host.invalid/flower_photos.tgz", "0" * 64, "flower_photos")


class Reddest(tf.Module):
    """Says that an image is as red as its pixels are on average."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])
    def serve(self, image_bytes):
        red = tf.map_fn(self.redness, image_bytes, fn_output_signature=tf.float32)
        label = tf.where(red > 0.5, LABELS[1], LABELS[0])
        labels = tf.tile([LABELS], [tf.size(red), 1])
        return {
            "probabilities": tf.stack([1 - red, red], axis=1),
            "label": label,
            "labels": labels,
        }

    def redness(self, encoded):
        image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
        return tf.reduce_mean(tf.cast(image[..., 0], tf.float32)) / 255


@pytest.fixture(scope="module")
def push_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    model = Reddest()
    tf.saved_model.save(model, str(root / flowers.MODEL / "1"), {"serving_default": model.serve})
    return root


@pytest.fixture
def printed(monkeypatch):
    console = Console(file=io.StringIO(), width=200)
    for module in (flowers, steps):
        monkeypatch.setattr(module, "console", console)
    return console.file.getvalue


def png(color, size):
    encoded = io.BytesIO()
    Image.new("RGB", size, color).save(encoded, "PNG")
    return encoded.getvalue()


def answer(truth, label):
    prediction = Prediction(label, {"green": 0.25, "red": 0.75})
    return flowers.ClassifiedImage("a[1].jpg", truth, prediction, prediction)


def test_a_real_server_answers_over_both_protocols(push_root):
    images = [
        ("red/1.png", png((255, 0, 0), (40, 30)), "red"),
        ("green/1.png", png((0, 255, 0), (20, 50)), "green"),
        ("green/2.png", png((204, 255, 0), (20, 20)), "green"),
    ]

    answers = flowers.ask(push_root, images)

    assert [one.grpc.label for one in answers] == ["red", "green", "red"]
    assert [one.rest.label for one in answers] == ["red", "green", "red"]
    assert [one.right for one in answers] == [True, True, False]
    assert answers[2].rest.probabilities["red"] == pytest.approx(0.8)


def test_the_table_shows_both_answers_next_to_the_truth(printed):
    flowers.show([answer("red", "red"), answer("green", "red")])

    assert "a[1].jpg" in printed()
    assert printed().count("75%") == 4
    assert "✓" in printed()
    assert "✗" in printed()
    assert "1 of 2 right" in printed()


def test_the_demo_ends_with_the_commands_that_ask_its_model(tmp_path, printed):
    steps.show_next(tmp_path / "a[1]", "flowers-transfer")

    assert f"fcn serve --push-root {tmp_path}/a[1]/served" in printed()
    assert "fcn predict IMAGE --model flowers-transfer" in printed()


def test_without_a_network_the_demo_draws_flowers_and_says_so(tmp_path, printed, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")  # A proxy would answer for a host that does not exist.

    folder = flowers.find_flowers(tmp_path, archive=NOWHERE)

    assert folder == tmp_path / "drawn_flowers"
    assert len(list(folder.glob("*/*.jpg"))) == 300
    assert "cannot be reached" in printed()
    assert "DRAWN FLOWERS" in printed()


def test_photographs_from_an_earlier_run_need_no_network(tmp_path, printed):
    photo = tmp_path / "flower_photos" / "daisy" / "1.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"jpeg")

    assert flowers.find_flowers(tmp_path, archive=NOWHERE) == photo.parent.parent
    assert printed() == ""


def test_a_missing_folder_ends_with_the_exit_code_of_wrong_input(tmp_path):
    with pytest.raises(typer.Exit) as ended:
        flowers.demo(data=str(tmp_path / "nowhere"), workdir=str(tmp_path / "home"))

    assert ended.value.exit_code == 2
