"""The answers of the page's own paths, over HTTP."""

import io
import re
from http.client import HTTPConnection

import httpx
import numpy as np
import pytest
from PIL import Image

from serving import overlay, rgb_images
from serving.server.ui import pages
from serving.server.ui.pages import make_pages
from tests.fakes.saved_models import draw
from tests.fakes.serving import rest_servers


@pytest.fixture(scope="module")
def origin():
    with rest_servers.served(pages=make_pages(lambda: ["roses", "pets"])) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in pages.FILES), "/settings"])
def test_the_page_may_load_nothing_from_elsewhere_and_no_other_site_may_read_it(origin, path):
    answer = httpx.get(origin + path)

    assert answer.status_code == 200
    assert not re.search(r"https?://|[^:]//\w", answer.text.replace("// ", ""))
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_gets_the_names_of_the_models_and_the_colours_of_fcn_predict(origin):
    settings = httpx.get(f"{origin}/settings").json()

    assert settings["models"] == ["roses", "pets"]
    assert np.array_equal(settings["palette"], overlay.make_palette())


def test_an_image_comes_back_as_the_client_would_send_it(origin):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = draw("red", width=30, height=20, kind="JPEG", exif=exif)

    answer = httpx.post(f"{origin}/upright", content=turned)

    assert answer.content == rgb_images.make_upright(turned)
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_an_image_that_models_can_read_comes_back_unchanged(origin, kind):
    image = draw("red", kind=kind)

    answer = httpx.post(f"{origin}/upright", content=image)

    assert answer.content == image
    assert answer.headers["content-type"] == f"image/{kind.lower()}"


def test_formats_that_browsers_cannot_show_become_png(origin):
    answer = httpx.post(f"{origin}/upright", content=draw("red", kind="TIFF"))

    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.getpixel((0, 0))) == ("PNG", (255, 0, 0))


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "it is empty"), (b"hello", "not a known image format"), (draw("red", 90, 90)[:60], "")],
    ids=["empty", "text", "damaged"],
)
def test_other_files_are_refused_with_the_reason(origin, content, reason):
    answer = httpx.post(f"{origin}/upright", content=content)

    assert answer.status_code == 400
    assert reason in answer.json()["error"]


def test_a_file_over_the_limit_is_refused_before_it_is_sent(origin):
    connection = HTTPConnection(origin.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", "/upright")
    connection.putheader("Content-Length", str(pages.MOST_BYTES + 1))
    connection.endheaders()

    answer = connection.getresponse()

    assert answer.status == 400
    assert f"more than {pages.MOST_BYTES} bytes" in answer.read().decode()
    connection.close()


def test_a_server_without_the_page_has_none_of_its_paths():
    with rest_servers.served() as port:
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 404
        assert httpx.post(f"http://127.0.0.1:{port}/upright").status_code == 404
