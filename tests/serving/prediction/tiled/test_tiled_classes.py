"""Classes of images that are read in windows are those of the whole image."""

import pytest

from tests.serving.prediction.tiled import asked
from tests.serving.prediction.tiled.asked import ask_whole, predict, read_row, save


@pytest.mark.parametrize("model", ["classes", "peaks"])
@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_probabilities_are_those_of_the_whole_image(server, tmp_path, model, scheme):
    path = save(tmp_path / "one.png")

    row = read_row(predict(server, model, "--output", tmp_path, path, scheme=scheme))

    whole = ask_whole(server, model, path)
    assert row["probabilities"] == pytest.approx(whole.probabilities, abs=1e-5)
    assert (row["label"], row["unknown"]) == (whole.label, whole.unknown)


def test_a_geotiff_has_the_classes_of_the_same_pixels(server, tmp_path):
    path = asked.save_raster(tmp_path / "scan.tif")

    row = read_row(predict(server, "classes", "--output", tmp_path, path))

    whole = ask_whole(server, "classes", path)
    assert row["probabilities"] == pytest.approx(whole.probabilities, abs=1e-5)
