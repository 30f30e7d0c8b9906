"""Cards of test images with a class, and with what speaks for it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from components.report import class_cards, test_examples
from tests.fakes import tiny, tiny_heat

LABELS = [*tiny.LABELS]


def predict(folder, count=2, **options):
    """Records of test images, and the answers of a model with random weights."""
    split = tiny_heat.write_split(folder / "split", count)
    version = tiny_heat.publish(folder / "served", **options)
    return test_examples.predict(str(split), str(version))


def open_picture(uri):
    return Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1])))


def test_a_card_has_the_image_and_where_its_class_is_seen(tmp_path):
    for fields, outputs in predict(tmp_path):
        card = class_cards.make_card(fields, outputs, LABELS)

        image, heat = (open_picture(picture.uri) for picture in card.pictures)
        assert image.size == heat.size
        assert image.tobytes() != heat.tobytes()


def test_a_model_without_maps_has_cards_with_the_image_only(tmp_path):
    rows = predict(tmp_path, head="dense", pooling="max")

    cards = [class_cards.make_card(*row, LABELS) for row in rows]

    assert [len(card.pictures) for card in cards] == [1, 1]


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_a_diverged_model_has_cards_too(tmp_path, score):
    ((fields, outputs),) = predict(tmp_path, count=1)
    diverged = {**outputs, "score_maps": np.full_like(outputs["score_maps"], score)}

    card = class_cards.make_card(fields, diverged, LABELS)

    heat = np.asarray(open_picture(card.pictures[1].uri)).astype(int)
    assert np.ptp(heat, axis=-1).max() < 3
