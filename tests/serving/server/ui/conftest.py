"""A server of tiny models with the page, and Chromium."""

from __future__ import annotations

import pytest

from tests.fakes import chromium, saved_models, saved_segmenter, tiny_boxes, tiny_heat
from tests.fakes.serving import page_driver, page_models, page_server


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder of served models: one of each kind, and one of which each part is known."""
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "flowers", 7)
    saved_segmenter.publish(root / "pets", 1)
    tiny_boxes.publish(root / "heads")
    tiny_heat.publish(root / "maps")
    tiny_heat.publish(root / "part", "serve.crop=[0.2, 0.0, 1.0, 0.5]")
    page_models.publish_classifier(root / "unsure")
    page_models.publish_segmenter(root / "sky")
    return root


@pytest.fixture(scope="module")
def origin(models):
    """The address of the server."""
    with page_server.served(models) as origin:
        yield origin


@pytest.fixture(scope="module")
def browser():
    # For a module only: while Playwright runs, its thread can start no other event loop.
    with chromium.opened() as browser:
        yield browser


@pytest.fixture
def page(browser, origin):
    with page_driver.opened(browser, origin) as page:
        yield page
