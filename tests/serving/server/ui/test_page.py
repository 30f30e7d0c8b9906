"""The page in Chromium: what a user drops, chooses and reads, with mouse or keyboard."""

import io
from contextlib import ExitStack
from random import Random

import pytest
from PIL import Image

from pipeline.demo.drawn_flowers import draw_picture
from serving import rgb_images
from serving.client import connect
from serving.server.ui.pages import MOST_BYTES
from tests.fakes import saved_models
from tests.fakes.saved_models import draw
from tests.fakes.serving import page_driver, page_server
from tests.fakes.serving.page_driver import choose, drop, paste, read_error, read_rows


def flower() -> bytes:
    stream = io.BytesIO()
    draw_picture("sunflowers", Random(0)).save(stream, "JPEG")
    return stream.getvalue()


def headline(page) -> str:
    return page.inner_text("#headline").replace("\xa0", " ")


def test_a_dropped_flower_gets_the_clients_label_and_probabilities(page, origin):
    choose(page, "flowers")
    drop(page, flower(), "sunflower.jpg", "image/jpeg")

    with connect(origin, "flowers") as client:
        (found,) = client.classify([flower()])
    expected = {
        name: f"{share:.1%}".replace("%", " %") for name, share in found.probabilities.items()
    }
    assert read_rows(page) == expected
    assert headline(page) == f"{found.label} {expected[found.label]}"
    assert page.inner_text("#caption").startswith("sunflower.jpg, ")


def test_a_pasted_image_is_answered_too(page):
    choose(page, "flowers")
    paste(page, draw("blue"))

    assert headline(page).startswith("blue ")


def test_an_image_may_be_dropped_before_the_versions_of_a_model_are_known(page):
    choose(page, "flowers")
    drop(page, draw("red"))

    assert page.locator("#version option").all_inner_texts() == ["newest (7)", "7"]
    assert headline(page).startswith("red ")


def test_another_model_answers_about_the_same_image(page):
    choose(page, "flowers")
    drop(page, draw("red"))
    choose(page, "pets")
    page.wait_for_selector("#overlays:visible")

    assert headline(page).startswith("red 100.0 %, ")


def test_a_label_with_too_little_probability_is_unknown(page):
    choose(page, "unsure")
    drop(page, draw((120, 100, 90), width=64, height=64))

    assert headline(page) == "unknown"
    assert "Most likely red" in page.inner_text("#note")


@pytest.mark.parametrize("version", ["1", "2"])
def test_each_available_version_can_be_chosen(browser, tmp_path, version):
    for number in ("1", "2"):
        saved_models.publish(tmp_path / "flowers", int(number), labels=(f"red{number}", "", "b"))
    with (
        page_server.served_versions(tmp_path) as origin,
        page_driver.opened(browser, origin) as page,
    ):
        page.select_option("#version", version)
        drop(page, draw("red"))

        assert headline(page).startswith(f"red{version} ")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello", "not a known image format"),
        (b"", "it is empty"),
        (b"%PDF-1.7", "PDF is not supported"),
        (flower()[:2000], "truncated"),
    ],
    ids=["text", "empty", "pdf", "damaged"],
)
def test_a_file_that_is_not_an_image_is_refused_with_the_reason_until_one_is(page, data, reason):
    choose(page, "flowers")
    drop(page, data, "letter.txt", "text/plain")

    assert reason in read_error(page)
    assert page.locator("#figure").is_hidden()

    drop(page, draw("red"))

    assert read_error(page) == ""
    assert headline(page).startswith("red ")


def test_a_file_that_is_too_large_is_not_sent(page, tmp_path):
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    sent = []
    page.on("request", lambda request: sent.append(request.url))

    page.set_input_files("#file", tmp_path / "huge.png")
    page_driver.wait(page)

    assert "huge.png is too large" in read_error(page)
    assert sent == []


def test_what_is_dropped_must_be_a_file(page):
    page.evaluate("document.body.dispatchEvent(new DragEvent('drop', "
                  "{ bubbles: true, dataTransfer: new DataTransfer() }))")  # fmt: skip
    page_driver.wait(page)

    assert "not a file" in read_error(page)


def test_a_server_that_stopped_is_named(browser, models):
    with ExitStack() as stack:
        origin = stack.enter_context(page_server.served(models / "flowers"))
        with page_driver.opened(browser, origin) as page:
            stack.close()
            drop(page, draw("red"))

            assert "The server does not answer" in read_error(page)


def test_a_model_without_a_version_that_answers_is_named(browser, tmp_path):
    saved_models.publish_broken(tmp_path / "broken", 1)
    with (
        page_server.served(tmp_path, retries=0) as origin,
        page_driver.opened(browser, origin) as page,
    ):
        page_driver.wait(page)

        assert "No version of broken answers" in read_error(page)


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(page, tmp_path):
    (tmp_path / "red.png").write_bytes(draw("red"))
    choose(page, "pets")
    page_driver.wait(page)
    with page.expect_file_chooser() as chooser:
        reached = press_tab(page, 3)
        page.keyboard.press("Enter")
    chooser.value.set_files(tmp_path / "red.png")
    page.wait_for_selector("#overlays:visible")

    reached += press_tab(page, 3)
    assert [name for name, _ in reached] == [
        "model", "version", "choose", "layer", "opacity", "classes",
    ]  # fmt: skip
    assert {style for _, style in reached} == {"solid"}


def press_tab(page, times):
    """The elements that get the focus, each with the style of its outline."""
    reached = []
    for _ in range(times):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]"
        )
        reached.append(tuple(focused))
    return reached


def test_readers_of_the_screen_hear_answers_and_errors(page):
    choose(page, "flowers")
    drop(page, draw("red"))
    assert page.get_by_role("status").inner_text().startswith("red ")

    drop(page, b"hello")
    assert "not an image" in page.get_by_role("alert").inner_text()


def test_a_picture_that_lies_on_its_side_is_shown_and_answered_upright(page, origin):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = draw("red", width=30, height=20, kind="JPEG", exif=exif)
    choose(page, "pets")
    drop(page, turned, "turned.jpg", "image/jpeg")

    assert "20 \u00d7 30 pixels" in page.inner_text("#caption")
    with Image.open(io.BytesIO(rgb_images.make_upright(turned))) as upright:
        assert upright.size == (20, 30)
    assert page_driver.read_overlay(page).shape == (30, 20, 4)
