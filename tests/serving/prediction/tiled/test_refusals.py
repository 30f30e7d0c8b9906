"""Models and images that are not answered in tiles are refused, with the reason and the fix."""

import builtins
import struct
import sys

import numpy as np
import pytest
from PIL import Image

from serving import terminal
from serving.prediction.tiled import headers
from tests.fakes import saved_models, tiled_models
from tests.serving.prediction.tiled import asked
from tests.serving.prediction.tiled.asked import PIXELS, predict, save
from tests.serving.prediction.typed import run
from trainer.export.tiled import tiles

NOISE = Image.fromarray(PIXELS)
EXIF = Image.Exif()
EXIF[0x0112] = 6


def save_deep(path):
    asked.save_raster(path, PIXELS)
    with asked.rasterio.open(
        path, "w", driver="GTiff", width=8, height=8, count=1, dtype="uint16"
    ) as target:
        target.write(np.full((8, 8), 4000, np.uint16), 1)


def save_late_orientation(path):
    """A PNG whose metadata follow the pixels."""
    save(path, NOISE, exif=EXIF)
    data = path.read_bytes()
    place = data.index(b"eXIf") - 4
    length = int.from_bytes(data[place : place + 4], "big") + 12
    chunk = data[place : place + length]
    path.write_bytes(data[:place] + data[place + length : -12] + chunk + data[-12:])


def save_as_webp(path):
    """A TIFF whose header says WebP: it is refused before pixels are read."""
    save(path, NOISE, compression="tiff_lzw")
    data = path.read_bytes()
    entry = struct.pack("<HHI", headers.COMPRESSION, 3, 1)
    assert data.count(entry + struct.pack("<H", 5)) == 1
    path.write_bytes(data.replace(entry + struct.pack("<H", 5), entry + struct.pack("<H", 50001)))


IMAGES = {
    "turned.jpg": (lambda path: save(path, NOISE, exif=EXIF), "orientation"),
    "turned.png": (save_late_orientation, "orientation"),
    "turned.tif": (lambda path: save(path, NOISE, tiffinfo={274: 6}), "orientation"),
    "cmyk.jpg": (lambda path: save(path, NOISE.convert("CMYK")), "CMYK"),
    "cmyk.tif": (lambda path: save(path, NOISE.convert("CMYK")), "CMYK"),
    "deep.png": (lambda path: save(path, NOISE.convert("I;16")), "16 bits per sample"),
    "deep.tif": (save_deep, "16 bits per sample"),
    "bits.png": (lambda path: save(path, NOISE.convert("1")), "1 bits per sample"),
    "webp.tif": (save_as_webp, "compression 50001"),
    "lerc.tif": (lambda path: asked.save_raster(path, compress="lerc"), "header"),
    "inverted.tif": (lambda path: save(path, NOISE.convert("L"), tiffinfo={262: 0}), "0 is white"),
    "frames.png": (lambda path: save(path, NOISE, save_all=True, append_images=[NOISE]), "frames"),
    "other.webp": (lambda path: save(path, NOISE), "not a TIFF, PNG or JPEG"),
    "cut.png": (lambda path: cut(save(path)), "ends before the end"),
    "cut.jpg": (lambda path: cut(save(path)), "cannot be read"),
    "cut.tif": (lambda path: cut(asked.save_raster(path, driver="COG")), "cannot be read"),
}


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_of_other_pixels_is_refused_with_a_fix(server, tmp_path, name):
    write, reason = IMAGES[name]
    path = tmp_path / name
    write(path)

    done = predict(server, "masks", "--output", tmp_path / "out", path)

    assert done.exit_code == 1, done.output
    assert f"{path} cannot be read in windows: " in done.stderr
    assert reason in done.stderr
    assert any(words in done.stderr for words in ("convert it", "check the file", "copy the file"))


def test_an_interlaced_png_that_is_large_is_refused(tmp_path):
    path = save(tmp_path / "one.png")
    data = bytearray(path.read_bytes())
    data[16:24], data[28] = bytes((0, 0, 64, 0)) * 2, 1
    path.write_bytes(data)

    with pytest.raises(headers.RefusedImageError, match="interlaced"):
        headers.read(path)


MODELS = {
    "squares": "The logits of mlp are not a mean or a maximum",
    "sides": "several sizes",
    "scaled": "at most 48 pixels of a side",
}


@pytest.mark.parametrize("model", MODELS)
def test_a_model_whose_answer_is_not_that_of_tiles_is_refused(server, tmp_path, model):
    done = predict(server, model, "--output", tmp_path / "out", save(tmp_path / "one.png"))

    assert done.exit_code == 1
    assert "one.png cannot be answered in tiles. " in done.stderr
    assert MODELS[model] in done.stderr


def test_an_image_within_the_models_side_is_answered(server, tmp_path):
    path = save(tmp_path / "one.png", NOISE.crop((0, 0, 48, 40)))

    row = asked.read_row(predict(server, "scaled", "--output", tmp_path / "out", path))

    whole = asked.ask_whole(server, "scaled", path)
    np.testing.assert_array_equal(asked.read_mask(row["mask"]), whole.mask)


def test_the_model_of_an_earlier_version_ends_the_command(tmp_path):
    saved_models.publish(tmp_path / "served" / "colours", 1)
    with saved_models.served(tmp_path / "served") as server:
        done = predict(server, "colours", save(tmp_path / "one.png"))

    assert done.exit_code == terminal.WRONG_USE
    assert "'plan_tiles'" in done.stderr


def test_a_mirrored_model_that_gave_logits_is_refused(tmp_path, monkeypatch):
    plan = tiles.plan

    def plan_as_before(*arguments):
        outputs = plan(*arguments)
        del outputs["gives_probabilities"]
        return outputs

    monkeypatch.setattr(tiles, "plan", plan_as_before)
    for name in ("mirrored", "masks"):
        tiled_models.publish(tmp_path / "served", name)
    path = save(tmp_path / "one.png")

    with saved_models.served(tmp_path / "served", "masks") as server:
        server.wait_until_available("mirrored", timeout=60)
        refused = predict(server, "mirrored", "--output", tmp_path / "out", path)
        answered = predict(server, "masks", "--output", tmp_path / "out", path)

    assert refused.exit_code == 1
    assert "An earlier version exported this mirrored model" in refused.stderr
    assert answered.exit_code == 0


def test_a_side_that_is_not_a_multiple_of_the_stride_ends_the_command(server, tmp_path):
    path = save(tmp_path / "one.png")

    done = predict(server, "masks", "--tile", 15, "--output", tmp_path / "out", path)

    assert done.exit_code == terminal.WRONG_USE
    assert "--tile 15 is not a multiple of 4, the stride of the model: use 16." in done.stderr


@pytest.mark.parametrize("other", [("--heat",), ("--bits", "12"), ("--confidence",)])
def test_options_that_need_whole_images_contradict_it(tmp_path, other):
    done = run("--tiled", *other, save(tmp_path / "one.png"))

    assert done.exit_code == terminal.WRONG_USE
    assert f"--tiled contradicts {other[0]}" in done.stderr


def test_standard_input_is_refused(server, tmp_path):
    done = predict(server, "masks", "--output", tmp_path / "out", "-")

    assert done.exit_code == 1
    assert "save standard input as a file" in done.stderr


def test_a_missing_package_is_named_with_its_extra(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("serving.prediction.tiled")]:
        monkeypatch.delitem(sys.modules, name)
    usual = builtins.__import__

    def refuse(name, *arguments):
        if name.startswith("rasterio"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return usual(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refuse)
    done = run("--tiled", save(tmp_path / "one.png"))

    assert isinstance(done.exception, ModuleNotFoundError)
    assert "pip install 'fcn-pipeline[tiled]'" in terminal.explain_missing(done.exception)
