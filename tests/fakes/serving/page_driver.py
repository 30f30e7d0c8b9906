"""What a user does with the page of `fcn serve --ui`, and what he sees."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np

DROP = """([bytes, name, kind]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], name, { type: kind }));
    return transfer;
}"""
PIXELS = """(canvas) => [canvas.height, canvas.width,
    ...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]"""
PASTE = """(transfer) => document.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true }))"""
SECONDS = 60  # A model's first answer may take long.


@contextmanager
def opened(chromium, origin):
    """The page when it is ready. At the end, it must have had no error and no other origin."""
    page = chromium.new_page()
    page.set_default_timeout(SECONDS * 1000)
    problems, asked = [], []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(origin)
    page.wait_for_selector("#choose:enabled")
    try:
        yield page
        assert problems == []
        assert [url for url in asked if not url.startswith((origin, "data:"))] == []
    finally:
        page.close()


def is_problem(line) -> bool:
    """Chromium also reports the refusals that a test provokes."""
    return line.type == "error" and "Failed to load resource" not in line.text


def choose(page, model: str) -> None:
    page.select_option("#model", model)


def make_transfer(page, data: bytes, name: str, kind: str):
    return page.evaluate_handle(DROP, [list(data), name, kind])


def drop(page, data: bytes, name="image.png", kind="image/png") -> None:
    """Drops a file, and waits for its answer or an error."""
    transfer = make_transfer(page, data, name, kind)
    page.dispatch_event("#picture", "drop", {"dataTransfer": transfer})
    wait(page)


def paste(page, data: bytes) -> None:
    page.evaluate(PASTE, make_transfer(page, data, "image.png", "image/png"))
    wait(page)


def wait(page) -> None:
    page.wait_for_selector("#answer[aria-busy=false]")


def read_overlay(page) -> np.ndarray:
    """The overlay's pixels [H, W, 4] uint8, without the opacity of the slider."""
    height, width, *values = page.eval_on_selector("#overlay", PIXELS)
    return np.array(values, np.uint8).reshape(height, width, 4)


def read_rows(page) -> dict[str, str]:
    """The table of classes: a share in percent by name."""
    texts = page.locator("#rows tr").all_inner_texts()
    return dict(row.replace("\xa0", " ").split("\t") for row in texts)


def read_error(page) -> str:
    error = page.locator("#error")
    return error.inner_text() if error.is_visible() else ""
