"""`fcn predict --heat` gets maps from a live server, and draws them."""

import json

import pytest
from PIL import Image

from serving.server.local import Server
from serving.terminal import WRONG_USE
from tests.fakes import saved_models, tiny, tiny_heat
from tests.serving.prediction.typed import predict


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    tiny_heat.publish(root / "colours")
    with Server(root, grpc_port=0, rest_port=0) as server:
        server.wait_until_available("colours")
        yield server


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "one.png"
    path.write_bytes(tiny.png(tiny_heat.IMAGES[0]))
    return path


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_each_image_is_written_with_its_evidence(server, image, tmp_path, scheme):
    out = tmp_path / "out"

    done = predict(server, "--json", "--heat", "--output", out, image, scheme=scheme)

    (row,) = json.loads(done.stdout)
    usual = json.loads(predict(server, "--json", image, scheme=scheme).stdout)[0]
    assert row["picture"] == f"{out}/one.heat.png"
    assert (row["label"], row["probabilities"]) == (
        usual["label"],
        pytest.approx(usual["probabilities"], abs=1e-5),
    )
    with Image.open(row["picture"]) as picture:
        assert picture.height > tiny_heat.IMAGES[0].shape[0]


def test_two_classes_have_opposite_pictures(server, image, tmp_path):
    pictures = []
    for label in tiny.LABELS:
        out = tmp_path / label
        done = predict(server, "--json", "--heat-class", label, "--output", out, image)
        with Image.open(json.loads(done.stdout)[0]["picture"]) as picture:
            pictures.append(picture.crop((0, 0, *tiny_heat.IMAGES[0].shape[1::-1])).tobytes())

    assert len(set(pictures)) == 2


def test_an_unknown_class_ends_the_command(server, image, tmp_path):
    done = predict(server, "--heat-class", "violet", "--output", tmp_path / "out", image)

    assert done.exit_code == WRONG_USE
    assert "'violet'" in done.output


def test_a_model_without_maps_ends_the_command(image, tmp_path):
    saved_models.publish(tmp_path / "served" / "colours", 1)
    with saved_models.served(tmp_path / "served") as other:
        done = predict(other, "--heat", image)

    assert done.exit_code == WRONG_USE
    assert "'heat_maps'" in done.output
