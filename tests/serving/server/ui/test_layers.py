"""What the page draws over an image, pixel by pixel against the client's answer."""

import io
from random import Random

import numpy as np
import pytest

from pipeline.demo.animal_shapes import BREEDS
from pipeline.demo.drawn_pets import draw_pair
from serving import overlay
from serving.client import connect
from serving.drawing import diverging, heat
from tests.fakes import tiny, tiny_boxes, tiny_heat
from tests.fakes.saved_models import draw
from tests.fakes.serving.page_driver import choose, drop, read_overlay, read_rows


def pet() -> bytes:
    stream = io.BytesIO()
    draw_pair(BREEDS[0], Random(0))[0].save(stream, "PNG")
    return stream.getvalue()


def test_a_dropped_pet_gets_the_clients_mask_in_the_colours_of_fcn_predict(page, origin):
    choose(page, "pets")
    drop(page, pet())

    with connect(origin, "pets") as client:
        (found,) = client.segment([pet()])
    pixels = read_overlay(page)
    assert np.array_equal(pixels[..., :3], overlay.make_palette()[found.mask])
    assert (pixels[..., 3] == 255).all()
    shares = {
        name: f"{share:.1%}".replace("%", " %") for name, share in found.class_fractions.items()
    }
    assert read_rows(page) == shares


def test_the_legend_has_the_colour_of_each_class(page, origin):
    choose(page, "pets")
    drop(page, pet())

    with connect(origin, "pets") as client:
        names = [*client.segment([pet()])[0].class_fractions]
    expected = {
        name: f"rgb({red}, {green}, {blue})"
        for name, (red, green, blue) in zip(names, overlay.make_palette(len(names)), strict=True)
    }
    shown = page.eval_on_selector_all(
        "#rows tr", "(rows) => rows.map((row) => [row.cells[0].innerText, "
        "getComputedStyle(row.querySelector('.swatch')).backgroundColor])",
    )  # fmt: skip
    assert dict(shown) == expected


def test_the_keyboard_changes_how_much_of_the_image_is_seen(page):
    choose(page, "pets")
    drop(page, draw("red"))
    assert read_opacity(page) == overlay.OPACITY

    page.focus("#opacity")
    page.keyboard.press("ArrowRight")
    assert read_opacity(page) == pytest.approx(overlay.OPACITY + 0.05)

    page.keyboard.press("Home")
    assert read_opacity(page) == 0


def read_opacity(page):
    return float(page.eval_on_selector("#overlay", "(canvas) => getComputedStyle(canvas).opacity"))


def test_pixels_with_little_confidence_are_dark(page):
    values = np.array([[[0, 0, 0], [200, 0, 0], [128, 0, 0]]], np.uint8)
    choose(page, "sky")
    drop(page, tiny.png(values))
    assert page.locator("#layer option").all_inner_texts() == ["classes", "confidence"]

    page.select_option("#layer", label="confidence")

    assert read_overlay(page).tolist() == [[[0, 0, 0, 0], [0, 0, 0, 111], [0, 0, 0, 255]]]


def test_a_box_is_drawn_where_the_client_has_it(page, origin):
    picture = tiny.png(tiny_boxes.draw(3, "red")[0])
    choose(page, "heads")
    drop(page, picture)

    with connect(origin, "heads") as client:
        (found,) = client.localize([picture])
    number = [*found.probabilities].index(found.label)
    colour = overlay.make_palette()[number]
    pixels, (top, left, bottom, right) = read_overlay(page), map(round, found.box)
    middle = (top + bottom) // 2, (left + right) // 2
    assert near(pixels, bottom, middle[1], colour)
    assert near(pixels, middle[0], right, colour)
    assert pixels[middle[0] + 2, middle[1], 3] == 0
    assert pixels[0, 0, 3] == 0


def near(pixels, row, column, colour):
    """Whether an opaque pixel next to this place has the colour."""
    window = pixels[row - 1 : row + 2, column - 1 : column + 2].astype(int)
    return ((abs(window[..., :3] - colour).max(-1) <= 8) & (window[..., 3] > 200)).any()


@pytest.mark.parametrize(
    ("model", "number"),
    [("maps", 0), ("maps", 1), ("part", 0)],
    ids=["likeliest", "second", "of-a-part"],
)
def test_the_heat_map_of_each_class_is_the_clients(page, origin, model, number):
    picture = tiny.png(tiny_heat.IMAGES[0])
    choose(page, model)
    drop(page, picture)
    page.select_option("#layer", index=number)

    with connect(origin, model) as client:
        (found,) = client.map_heat([picture])
    shares = found.prediction.probabilities
    label = sorted(shares, key=lambda name: -shares[name])[number]
    evidence = found.weigh(label)
    values = found.enlarge(evidence) / heat.find_limit(evidence)
    pixels = read_overlay(page).astype(int)
    assert page.locator("#layer option:checked").inner_text() == f"heat map: {label}"
    assert abs(pixels[..., 3] - 255 * abs(values)).max() <= 2
    strong = abs(values) > 0.5  # A canvas rounds the colours of pixels that are nearly clear.
    assert strong.any()
    assert abs(pixels[..., :3] - diverging.colour(values))[strong].max() <= 4


def test_a_heat_map_lies_over_a_grey_photograph_and_says_what_its_colours_mean(page):
    choose(page, "maps")
    drop(page, tiny.png(tiny_heat.IMAGES[0]))

    label = page.inner_text("#headline").split()[0]
    assert page.inner_text("#meaning").startswith(f"Orange speaks for {label}, blue against it")
    assert "grayscale(1)" in page.eval_on_selector("#photo", "(photo) => photo.style.filter")

    choose(page, "sky")
    page.wait_for_selector("#layer option:text('classes')", state="attached")
    assert page.eval_on_selector("#photo", "(photo) => photo.style.filter") == ""


def test_an_image_with_more_pixels_than_a_canvas_is_drawn_smaller(page):
    stripes = np.zeros((4, 8192, 3), np.uint8)
    stripes[:, 4096:] = 255
    choose(page, "sky")
    drop(page, tiny.png(stripes))

    assert "8192 \u00d7 4 pixels" in page.inner_text("#caption")
    pixels = read_overlay(page)
    assert pixels.shape == (2, 4096, 4)
    colours = overlay.make_palette()
    assert (pixels[:, :2048, :3] == colours[0]).all()
    assert (pixels[:, 2048:, :3] == colours[1]).all()


def test_pictures_of_one_pixel_work(page):
    choose(page, "sky")
    drop(page, draw("red", width=1, height=1))

    assert read_overlay(page)[0, 0, :3].tolist() == overlay.make_palette()[1].tolist()
