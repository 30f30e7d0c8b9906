"""`fcn predict --tiled`, as typed in tests, and the usual answer that it is compared with."""

import json

import numpy as np
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from serving.client import connect
from tests.fakes import tiny
from tests.serving.prediction.typed import run

PIXELS = tiny.pixels(61, 83)
PLACE = {"crs": "EPSG:32632", "transform": from_origin(400_000, 5_000_000, 0.5, 0.5)}
FORMS = {"COG": {"blocksize": 128}, "GTiff": {"tiled": True, "blockxsize": 16, "blockysize": 16}}


def url(server, scheme="grpc"):
    port = server.grpc_port if scheme == "grpc" else server.rest_port
    return f"{scheme}://localhost:{port}"


def predict(server, model, *arguments, scheme="grpc"):
    options = ["--server", url(server, scheme), "--model", model, "--tile", "16", "--json"]
    return run(*options, *arguments)


def read_row(done):
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)
    return row


def ask_whole(server, model, path):
    """The server's answer about the whole image."""
    with connect(url(server), model, timeout=60) as client:
        return client.ask([path.read_bytes()])[0]


def read_mask(path):
    with rasterio.open(path) as found:
        return found.read(1)


def save(path, image=None, **options):
    """Writes an image with Pillow."""
    image = Image.fromarray(PIXELS) if image is None else image
    image.save(path, **options)
    return path


def save_raster(path, pixels=PIXELS, driver="GTiff", **options):
    """Writes a TIFF with a place on earth, with GDAL."""
    height, width, bands = pixels.shape
    facts = {"width": width, "height": height, "count": bands, "dtype": "uint8"}
    options = {**PLACE, **FORMS[driver], **options}
    with rasterio.open(path, "w", driver=driver, **facts, **options) as target:
        target.write(np.moveaxis(pixels, -1, 0))
    return path
