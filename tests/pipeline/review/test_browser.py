"""The page of `fcn review` in Chromium: buttons, keys, and what is then in the file."""

from __future__ import annotations

import socket
import threading

import pytest
import uvicorn

from components.ingestion.corrections import file
from pipeline.review.app import make_app
from pipeline.review.decisions import Decisions
from tests.components.doubt.doubts import LIST
from tests.fakes import chromium

FIRST, EVIL, THIRD = (doubt.sha256 for doubt in LIST.doubts)


@pytest.fixture(scope="module")
def browser():
    with chromium.opened() as browser:
        yield browser


@pytest.fixture
def written(tmp_path):
    return tmp_path / "letters-corrections.jsonl"


@pytest.fixture
def address(written):
    app = make_app(LIST, Decisions(written, LIST), ["127.0.0.1"])
    server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


@pytest.fixture
def page(browser, address):
    page = browser.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.goto(address)
    yield page
    page.close()
    assert [each for each in problems if "Failed to load resource" not in each] == []


def read(path):
    """What is decided, by digest."""
    return {digest: (each.decision, each.label) for digest, each in file.read(str(path)).items()}


def find_card(page, digest):
    return page.locator(f"#image-{digest}")


def wait_for(page, text):
    page.get_by_role("status").filter(has_text=text).wait_for()


def test_buttons_decide_and_a_reloaded_page_shows_it(page, written):
    find_card(page, FIRST).get_by_role("button", name="Right").click()
    wait_for(page, "1 of 3")
    card = find_card(page, EVIL)
    card.get_by_role("combobox").select_option("c")
    card.get_by_role("button", name="Wrong").click()
    wait_for(page, "2 of 3")
    find_card(page, THIRD).get_by_role("button", name="Remove").click()
    wait_for(page, "3 of 3")
    page.reload()

    assert read(written) == {
        FIRST: ("right", ""),
        EVIL: ("wrong", "c"),
        THIRD: ("remove", ""),
    }
    pressed = page.locator("button[aria-pressed=true]").all_inner_texts()
    assert pressed == ["Right", "Wrong:", "Remove"]
    assert find_card(page, EVIL).get_by_role("combobox").input_value() == "c"


def test_keys_decide_move_on_and_undo(page, written):
    for keys, count in (("jr", 1), ("jw", 2), ("jx", 3), ("kku", 2)):
        for key in keys:
            page.keyboard.press(key)
        wait_for(page, f"{count} of 3")

    assert read(written) == {
        EVIL: ("wrong", "b"),  # The likely class, which the list begins with.
        THIRD: ("remove", ""),
    }


def test_another_class_of_a_wrong_label_is_written_at_once(page, written):
    card = find_card(page, FIRST)
    card.get_by_role("button", name="Wrong").click()
    wait_for(page, "1 of 3")
    with page.expect_response("**/decisions"):
        card.get_by_role("combobox").select_option("c")

    assert read(written) == {FIRST: ("wrong", "c")}


def test_a_decision_that_is_not_written_is_not_shown_as_made(page, written):
    written.mkdir()  # So no file can have its name.

    find_card(page, FIRST).get_by_role("button", name="Right").click()

    wait_for(page, "Not written")
    assert find_card(page, FIRST).get_attribute("data-decision") == ""
