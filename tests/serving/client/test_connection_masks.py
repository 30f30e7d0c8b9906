"""The two clients ask for masks, against a live server."""

import numpy as np
import pytest
from PIL import Image

from serving.client import MissingOutput, NotAnImage, Prediction, connect
from tests.fakes import saved_models, saved_segmenter
from tests.fakes.image_files import file_of
from tests.fakes.saved_models import draw

SCHEMES = ["grpc", "http"]
GRPC_LIMIT = 4 * 2**20  # gRPC's default, in bytes.


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 1)
    saved_segmenter.publish(root / "bright", 1)
    with saved_models.served(root) as server:
        server.wait_until_available("bright")
        yield server


@pytest.fixture(params=SCHEMES)
def ask(server, request):
    """Opens a client of one protocol: ask("bright")."""
    port = server.grpc_port if request.param == "grpc" else server.rest_port
    clients = []

    def open_client(model):
        clients.append(connect(f"{request.param}://localhost:{port}", model, timeout=120))
        return clients[-1]

    yield open_client
    [client.close() for client in clients]


def test_masks_come_in_the_sizes_of_their_images_from_one_request(ask):
    sizes = [(1, 40), (3000, 20), (33, 7), (64, 64), (3, 3)]
    kinds = ["PNG", "JPEG", "WEBP", "TIFF", "GIF"]
    images = [draw("red", *size, kind=kind) for size, kind in zip(sizes, kinds, strict=True)]

    found = ask("bright").segment(images)

    assert [one.mask.shape[::-1] for one in found] == sizes
    assert all((one.mask == 1).all() for one in found)


def test_class_fractions_have_the_names_of_the_classes(ask):
    image = np.zeros((4, 5, 3), np.uint8)
    image[0] = (255, 255, 0)

    (found,) = ask("bright").segment([file_of(Image.fromarray(image))])

    assert tuple(found.class_fractions) == saved_segmenter.LABELS
    assert found.class_fractions["yellow"] == pytest.approx(0.25)
    assert found.class_fractions["black"] == pytest.approx(0.75)


def test_the_mask_of_a_rotated_image_is_upright(ask):
    exif = Image.Exif()
    exif[0x0112] = 6

    (found,) = ask("bright").segment([draw("blue", 30, 20, kind="JPEG", exif=exif)])

    assert found.mask.shape == (30, 20)


def test_twelve_megapixels_pass_both_ways(ask):
    bits = np.random.default_rng(0).integers(0, 2, (3000, 4000, 3), np.uint8)
    image = file_of(Image.fromarray(bits * 255), compress_level=1)

    (found,) = ask("bright").segment([image])

    assert min(len(image), len(found.mask_png)) > GRPC_LIMIT
    np.testing.assert_array_equal(found.mask, bits @ np.array([1, 2, 4], np.uint8))


def test_ask_returns_classes_or_masks_depending_on_the_model(ask):
    image = draw("green")

    assert ask("bright").ask([image]) == ask("bright").segment([image])
    assert ask("colours").ask([image]) == ask("colours").classify([image])
    assert isinstance(ask("colours").ask([image])[0], Prediction)


def test_no_images_need_no_request(ask):
    assert ask("nothing").segment([]) == []
    assert ask("nothing").ask([]) == []


def test_a_model_of_the_other_kind_is_refused_by_the_output_it_lacks(ask):
    with pytest.raises(MissingOutput) as no_classes:
        ask("bright").classify([draw("red")])
    with pytest.raises(MissingOutput) as no_masks:
        ask("colours").segment([draw("red")])

    assert (no_classes.value.output, no_masks.value.output) == ("label", "mask_bytes")


@pytest.mark.parametrize("method", ["segment", "ask"])
def test_an_image_that_cannot_be_read_is_named_by_its_position(ask, method):
    truncated = draw("red", 64, 64, kind="JPEG")[:-200]

    with pytest.raises(NotAnImage) as refused:
        getattr(ask("bright"), method)([draw("red"), truncated])

    assert refused.value.position == 1
