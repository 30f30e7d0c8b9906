"""Draws small image files for tests: every content another one, and every kind a user may bring."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

PHOTOGRAPHS = Path(__file__).parents[3] / "shared" / "data" / "flowers"
CORNERS = {"top left": (255, 0, 0), "top right": (0, 255, 0), "bottom left": (0, 0, 255)}


def picture(seed: int = 0, *, height: int = 40, width: int = 48) -> Image.Image:
    """Smooth colours that depend on the seed, with red, green, blue and grey quarters."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[: height // 2, : width // 2] = CORNERS["top left"]
    pixels[: height // 2, width // 2 :] = CORNERS["top right"]
    pixels[height // 2 :, : width // 2] = CORNERS["bottom left"]
    pixels[-1, -8:] = np.frombuffer(struct.pack(">Q", seed), np.uint8)[:, None]
    return Image.fromarray(pixels)


def with_alpha(mode: str) -> Image.Image:
    """The picture in a mode without alpha, with a gradient of alpha added to it."""
    image = picture().convert(mode)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def file_of(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    packed = io.BytesIO()
    image.save(packed, kind, **options)
    return packed.getvalue()


def jpeg(seed: int = 0, *, height: int = 40, width: int = 48, **options) -> bytes:
    return file_of(picture(seed, height=height, width=width), "JPEG", comment=str(seed), **options)


def coded(frame: int, *, bits: int = 8, channels: int = 3) -> bytes:
    """A JPEG whose frame header names another coding, bits per value, or number of channels."""
    data = bytearray(jpeg())
    place = data.index(b"\xff\xc0")
    data[place + 1], data[place + 4], data[place + 9] = frame, bits, channels
    return bytes(data)


def oriented(orientation: int, kind: str = "JPEG") -> bytes:
    """A picture that stands as `picture()` does once its EXIF orientation is obeyed."""
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = picture() if stored is None else picture().transpose(stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return file_of(image, kind, exif=exif.tobytes())


def png_header(height: int, width: int) -> bytes:
    """A PNG that promises a size and holds a few bytes of pixels."""
    return _png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), bytes(1000))


def png_16_bit_rgb(red: int, green: int, blue: int) -> bytes:
    """A 40 x 40 PNG of one colour, each of 0..65535, which Pillow cannot write."""
    rows = (b"\0" + struct.pack(">HHH", red, green, blue) * 40) * 40
    return _png(struct.pack(">IIBBBBB", 40, 40, 16, 2, 0, 0, 0), rows)


def _png(header: bytes, rows: bytes) -> bytes:
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def class_folders(folder: Path, *, images: int = 40, classes: tuple[str, ...] = ("a", "b")) -> Path:
    """`images` different JPEGs in each class folder."""
    return put(
        folder,
        {
            f"{label}/{n}.jpg": jpeg(1000 * index + n)
            for index, label in enumerate(classes)
            for n in range(images)
        },
    )


XML = (
    "<annotation><size><width>48</width><height>40</height></size><object><name>cat</name><bndbox>"
    "<xmin>12</xmin><ymin>10</ymin><xmax>24</xmax><ymax>30</ymax></bndbox></object></annotation>"
)


def mask(*values: int, height: int = 40, width: int = 48) -> Image.Image:
    """Stripes of the values from top to bottom, as high as they can all be."""
    rows = np.array(values, np.uint8)[np.arange(height) * len(values) // height]
    return Image.fromarray(np.repeat(rows[:, None], width, axis=1))


def plain_pairs(folder: Path, *, count: int = 60) -> Path:
    """Images and masks of the same names, with the values 1, 2 and 3."""
    put(folder, {f"images/{n}.jpg": jpeg(n) for n in range(count)})
    return put(folder, {f"masks/{n}.png": file_of(mask(1, 2, 3)) for n in range(count)})


def official_pairs(folder: Path, *, count: int = 60) -> Path:
    """As the Oxford-IIIT pets lie: of each two, one is a cat that has a box."""
    names = [f"{('Maine_Coon', 'beagle')[n % 2]}_{n}" for n in range(count)]
    lines = ["#NAME CLASS SPECIES BREED\n"]
    lines += [f"{name} {1 + n % 2} {1 + n % 2} 1\n" for n, name in enumerate(names)]
    trimap = file_of(mask(1, 2, 3))
    put(folder, {"annotations/list.txt": "".join(lines).encode()})
    put(folder, {f"images/{name}.jpg": jpeg(n) for n, name in enumerate(names)})
    put(folder, {f"annotations/xmls/{name}.xml": XML.encode() for name in names[::2]})
    return put(folder, {f"annotations/trimaps/{name}.png": trimap for name in names})
