"""Masks of images that are read in windows are those of the whole image."""

import json

import numpy as np
import pytest
import rasterio
from PIL import Image

from serving import overlay
from serving.prediction.tiled import headers
from tests.fakes import tiny
from tests.serving.prediction.tiled import asked
from tests.serving.prediction.tiled.asked import PIXELS, ask_whole, predict, read_row, save

NOISE = Image.fromarray(PIXELS)
SMOOTH = Image.fromarray(tiny.pixels(9, 11)).resize((83, 61), Image.Resampling.BICUBIC)


def with_alpha(image):
    image = image.copy()
    image.putalpha(Image.fromarray(PIXELS[..., 0]))
    return image


IMAGES = {
    "rgb.png": lambda path: save(path),
    "palette.png": lambda path: save(path, NOISE.quantize(40)),
    "two-bits.png": lambda path: save(path, NOISE.quantize(4), bits=2),
    "grey.png": lambda path: save(path, NOISE.convert("L")),
    "alpha.png": lambda path: save(path, with_alpha(NOISE)),
    "grey-alpha.png": lambda path: save(path, with_alpha(NOISE.convert("L"))),
    "noise.jpg": lambda path: save(path, quality=90, subsampling=0),
    "photo.jpg": lambda path: save(path, SMOOTH, quality=80, subsampling=2),
    "progressive.jpg": lambda path: save(path, SMOOTH, quality=80, progressive=True),
    "grey.jpg": lambda path: save(path, NOISE.convert("L")),
    "strips.tif": lambda path: save(path, compression="tiff_lzw"),
    "tiled.tif": lambda path: asked.save_raster(path, compress="deflate"),
    "planes.tif": lambda path: asked.save_raster(path, interleave="band"),
    "big.tif": lambda path: asked.save_raster(path, bigtiff="yes"),
    "cog.tif": lambda path: asked.save_raster(path, driver="COG"),
    "palette.tif": lambda path: save(path, NOISE.quantize(40)),
    "grey.tif": lambda path: save(path, NOISE.convert("L")),
    "alpha.tif": lambda path: save(path, with_alpha(NOISE)),
    "jpeg.tif": lambda path: asked.save_raster(path, compress="jpeg", photometric="rgb"),
    "grey-jpeg.tif": lambda path: save(path, NOISE.convert("L"), compression="jpeg"),
    "fine-colours.tif": lambda path: save(path, NOISE.convert("YCbCr"), compression="jpeg"),
    "what? #1 é.tif": lambda path: save(path),
}


@pytest.mark.parametrize("name", IMAGES)
def test_no_pixel_differs_from_the_mask_of_the_whole_image(server, tmp_path, name):
    path = IMAGES[name](tmp_path / name)

    done = predict(server, "masks", "--output", tmp_path / "out", path)

    row, whole = read_row(done), ask_whole(server, "masks", path)
    assert "slightly" not in done.stderr
    np.testing.assert_array_equal(asked.read_mask(row["mask"]), whole.mask)
    assert row["class_fractions"] == pytest.approx(whole.class_fractions, abs=1e-6)
    assert row["mask"].endswith(".tif" if name.endswith(".tif") else ".png")
    assert len(np.unique(whole.mask)) > 1
    assert not list((tmp_path / "out").glob("*.partial"))


def test_rest_answers_as_grpc(server, tmp_path):
    path = save(tmp_path / "one.png")

    row = read_row(predict(server, "masks", "--output", tmp_path / "out", path, scheme="http"))

    whole = ask_whole(server, "masks", path)
    np.testing.assert_array_equal(asked.read_mask(row["mask"]), whole.mask)


def test_coarse_colours_are_answered_with_a_note(server, tmp_path):
    path = asked.save_raster(tmp_path / "photo.tif", compress="jpeg", photometric="ycbcr")

    done = predict(server, "masks", "--output", tmp_path / "out", path)

    with rasterio.open(path) as image:
        pixels = save(tmp_path / "same.png", Image.fromarray(np.moveaxis(image.read(), 0, -1)))
    found = asked.read_mask(read_row(done)["mask"])
    np.testing.assert_array_equal(found, ask_whole(server, "masks", pixels).mask)
    assert f"{path}: {headers.COARSE_COLOURS}." in done.stderr


def test_a_large_jpeg_is_read_in_rows_with_a_note(server, tmp_path, monkeypatch):
    path = save(tmp_path / "photo.jpg", NOISE, quality=90, subsampling=0)
    monkeypatch.setattr(headers, "MOST_PIXELS", PIXELS.size // 3 - 1)

    done = predict(server, "masks", "--output", tmp_path / "out", path)

    pixels = save(tmp_path / "same.png", Image.open(path))  # Pillow decodes as GDAL does.
    found = asked.read_mask(read_row(done)["mask"])
    np.testing.assert_array_equal(found, ask_whole(server, "masks", pixels).mask)
    assert f"{path}: {headers.LARGE_JPEG}." in done.stderr


def test_a_large_progressive_jpeg_is_refused(server, tmp_path, monkeypatch):
    path = save(tmp_path / "photo.jpg", NOISE, progressive=True)
    monkeypatch.setattr(headers, "MOST_PIXELS", PIXELS.size // 3 - 1)

    done = predict(server, "masks", "--output", tmp_path / "out", path)

    assert done.exit_code == 1
    assert "progressive JPEG of more than 5,062 pixels: convert it" in done.stderr


@pytest.mark.parametrize("model", ["grey", "mirrored"])
def test_a_model_sees_the_same_greys_and_mirrored_images(server, tmp_path, model):
    path = save(tmp_path / "one.png")

    row = read_row(predict(server, model, "--output", tmp_path / "out", path))

    whole = ask_whole(server, model, path)
    np.testing.assert_array_equal(asked.read_mask(row["mask"]), whole.mask)


@pytest.mark.parametrize("driver", ["GTiff", "COG"])
def test_the_mask_of_a_geotiff_is_a_cog_at_the_same_place(server, tmp_path, driver):
    pixels = tiny.pixels(600, 560)
    path = asked.save_raster(tmp_path / "scan.tif", pixels, driver)

    row = read_row(predict(server, "masks", "--output", tmp_path, "--tile", 256, path))

    with rasterio.open(row["mask"]) as mask, rasterio.open(path) as image:
        assert (mask.crs, mask.transform) == (image.crs, image.transform)
        assert mask.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert mask.profile["compress"] == "deflate"
        assert (mask.block_shapes, mask.overviews(1)) == ([(512, 512)], [2])
        assert mask.colormap(1)[0][:3] == overlay.COLOURS[0]
        np.testing.assert_array_equal(mask.read(1), ask_whole(server, "masks", path).mask)


def test_ground_control_points_stay(server, tmp_path):
    points = [
        rasterio.control.GroundControlPoint(row=row, col=column, x=10 + column, y=50 - row)
        for row, column in [(0, 0), (0, 83), (61, 0), (61, 83)]
    ]
    path = asked.save_raster(tmp_path / "scan.tif", transform=None, crs="EPSG:4326", gcps=points)

    row = read_row(predict(server, "masks", "--output", tmp_path, path))

    with rasterio.open(row["mask"]) as mask:
        assert [point.x for point in mask.gcps[0]] == [point.x for point in points]


def test_a_table_names_the_mask_and_no_overlay(server, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    options = ["--server", asked.url(server), "--model", "masks", "--tiled"]

    done = asked.run(*options, "--output", tmp_path / "out", save(tmp_path / "one.png"))

    assert done.exit_code == 0, done.output
    assert "one.mask.png" in done.stdout
    assert "overlay" not in done.stdout
    assert "one.png: 1 of 1 tiles" in done.stderr


def test_an_image_that_fails_does_not_stop_the_others(server, tmp_path):
    paths = [tmp_path / "bad.tif", save(tmp_path / "good.png")]
    paths[0].write_bytes(b"II*\0 and nothing else")

    done = predict(server, "masks", "--output", tmp_path / "out", *paths)

    assert done.exit_code == 1
    assert [row["file"] for row in json.loads(done.stdout)] == [str(paths[1])]
    assert f"{paths[0]} cannot be read in windows: " in done.stderr
