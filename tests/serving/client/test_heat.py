"""Heat maps from a live server, over both protocols, and their pixels."""

import asyncio

import numpy as np
import pytest

from serving.client import (
    Box,
    HeatMaps,
    InvalidOutput,
    MissingOutput,
    MissingSignature,
    Prediction,
    connect,
    connect_async,
)
from serving.client.heat import read_heat_maps
from serving.server.local import Server
from tests.fakes import saved_models, tiny, tiny_heat

SENT = [tiny.png(pixels) for pixels in tiny_heat.IMAGES]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    tiny_heat.publish(root / "tiny")
    saved_models.publish(root / "colours", 1)
    with Server(root, grpc_port=0, rest_port=0) as server:
        server.wait_until_available("tiny")
        server.wait_until_available("colours")
        yield server


@pytest.fixture(params=["grpc", "http"])
def url(server, request):
    port = server.grpc_port if request.param == "grpc" else server.rest_port
    return f"{request.param}://localhost:{port}"


def test_maps_average_to_the_answer_of_the_same_model(url):
    with connect(url, "tiny", timeout=60) as client:
        found, expected = client.map_heat(SENT), client.classify(SENT)

    for maps, usual, pixels in zip(found, expected, tiny_heat.IMAGES, strict=True):
        logits = maps.scores.mean(axis=(0, 1), dtype=float)
        odds = np.exp(logits - logits.max())
        assert maps.prediction.probabilities == pytest.approx(usual.probabilities, abs=1e-5)
        np.testing.assert_allclose(odds / odds.sum(), [*usual.probabilities.values()], atol=1e-4)
        assert (maps.label, maps.size) == (usual.label, pixels.shape[:2])
        assert maps.enlarge(maps.select(maps.label)).shape == pixels.shape[:2]


def test_the_client_for_asyncio_gives_the_same_maps(url):
    async def ask():
        async with connect_async(url, "tiny", timeout=60) as client:
            return await client.map_heat(SENT)

    with connect(url, "tiny", timeout=60) as client:
        expected = client.map_heat(SENT)

    for one, other in zip(asyncio.run(ask()), expected, strict=True):
        np.testing.assert_array_equal(one.scores, other.scores)


def test_a_model_without_the_signature_is_named(url):
    with connect(url, "colours", timeout=60) as client, pytest.raises(MissingSignature) as failed:
        client.map_heat(SENT)

    assert failed.value.signature == "heat_maps"


def make_maps(scores, **values):
    """Maps of two classes at a stride of 10; the image of 20 x 30 was sent twice as large."""
    prediction = Prediction("b", {"a": 0.4, "b": 0.6})
    places = {"strides": (10, 10), "origin": (5.0, 5.0), "scaled_size": (20, 30), "size": (40, 60)}
    seen = Box(0, 0, 40, 60)
    return HeatMaps(prediction, np.float32(scores), **{**places, "seen": seen, **values})


def test_a_class_is_weighed_against_the_mean_of_all():
    maps = make_maps([[[1, 3], [5, 1], [2, 2]]])

    np.testing.assert_array_equal(maps.weigh("b"), [[1, -2, 0]])
    np.testing.assert_array_equal(maps.select("a"), [[1, 5, 2]])
    with pytest.raises(ValueError, match="'c'"):
        maps.select("c")


@pytest.mark.parametrize("origin", [(5.0, 5.0), (0.5, 0.5), (15.5, 9.5)])
def test_values_are_at_the_places_that_positions_are_about(origin):
    ramp = np.add.outer(100 * np.arange(2), np.arange(3)).astype("float32")
    maps = make_maps(np.zeros((2, 3, 2)), origin=origin)

    enlarged = maps.enlarge(ramp)

    down, across = (
        np.clip(((np.arange(size) + 0.5) / 2 - start) / 10, 0, most)
        for size, start, most in zip((40, 60), origin, (1, 2), strict=True)
    )
    np.testing.assert_allclose(enlarged, np.add.outer(100 * down, across), atol=1e-4)


def test_nothing_speaks_for_a_class_where_the_network_saw_nothing():
    maps = make_maps(np.zeros((2, 3, 2)), seen=Box(10, -30, 30, 30))

    enlarged = maps.enlarge(np.float32([[1, 2, 3], [1, 2, 3]]))

    assert not np.delete(enlarged, np.s_[10:30], axis=0).any()
    assert not enlarged[:, 30:].any()
    places = np.clip((np.arange(30) + 0.5 + 30) / 2 / 10 - 0.5, 0, 2)
    np.testing.assert_allclose(enlarged[10:30, :30], np.tile(places + 1, (20, 1)), atol=1e-5)


def test_maps_of_earlier_versions_are_drawn_over_the_whole_image():
    (found,) = read_heat_maps(OUTPUTS, 1)

    np.testing.assert_array_equal(found.enlarge(np.ones((2, 3), "float32")), np.ones((32, 48)))


OUTPUTS = {
    "label": ["b"],
    "probabilities": [[0.4, 0.6]],
    "labels": [["a", "b"]],
    "score_maps": np.zeros((1, 2, 3, 2)).tolist(),
    "map_sizes": [[2, 3]],
    "strides": [[8, 8]],
    "origins": [[0.5, 0.5]],
    "scaled_sizes": [[16, 24]],
    "sent_sizes": [[32, 48]],
}


def test_padding_of_the_batch_is_left_out():
    (found,) = read_heat_maps({**OUTPUTS, "map_sizes": [[1, 2]]}, 1)

    assert found.scores.shape == (1, 2, 2)


@pytest.mark.parametrize("output", ["score_maps", "origins", "label"])
def test_missing_outputs_are_named(output):
    with pytest.raises(MissingOutput) as failed:
        read_heat_maps({name: OUTPUTS[name] for name in OUTPUTS if name != output}, 1)

    assert failed.value.output == output


@pytest.mark.parametrize(
    "changed",
    [
        {"map_sizes": [[3, 3]]},
        {"map_sizes": [[0, 0]]},
        {"seen_boxes": [[0, 0, 1]]},
        {"score_maps": [[0.0]]},
        {"score_maps": []},
        {"labels": [["a", "b", "c"]], "probabilities": [[0.2, 0.4, 0.4]]},
    ],
    ids=[
        "larger-than-the-map",
        "empty",
        "a-box-of-three-sides",
        "one-dimension",
        "no-row",
        "other-classes",
    ],
)
def test_outputs_that_contradict_each_other_are_refused(changed):
    with pytest.raises(InvalidOutput):
        read_heat_maps({**OUTPUTS, **changed}, 1)
