"""Names kinds of images that are intact but not supported, and how to convert them.

Libraries call such files damaged, or print the address of an object in place of a reason.
"""

from __future__ import annotations

import io
import re

from PIL.TiffImagePlugin import COMPRESSION_INFO, ImageFileDirectory_v2

OTHERS = {  # (offset, first bytes) of formats that neither training nor serving reads.
    "HEIC": ((4, b"ftyphei"), (4, b"ftyphev"), (4, b"ftypmif1"), (4, b"ftypmsf1")),
    "JPEG XL": ((0, b"\xff\x0a"), (0, b"\0\0\0\x0cJXL \r\n\x87\n")),
    "JPEG XR": ((0, b"II\xbc\x01"),),
    "Canon raw": ((4, b"ftypcrx"),),
    "Photoshop": ((0, b"8BPS"),),
    "PDF": ((0, b"%PDF"),),
    "DICOM": ((128, b"DICM"),),
    "OpenEXR": ((0, b"\x76\x2f\x31\x01"),),
    "Radiance HDR": ((0, b"#?RADIANCE"), (0, b"#?RGBE")),
    "Netpbm": tuple((0, b"P%d%c" % (kind, end)) for kind in range(1, 8) for end in b" \n\r\t"),
    "NumPy": ((0, b"\x93NUMPY"),),
    "SVG": ((0, b"<svg"), (0, b"<?xml")),
    "HTML": ((0, b"<!DOCTYPE html"), (0, b"<!doctype html"), (0, b"<html")),
}
CONVERT = "convert it, for example with `magick IN -depth 8 OUT.png`"

START, SCAN = 0xD8, 0xDA  # Markers of JPEG.
ALONE = {0x01, *range(0xD0, 0xDA)}  # Markers without a length.
FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # They name the coding.
COMMON = (0xC0, 0xC1, 0xC2)  # Baseline, extended, progressive: what all decoders read.
CODINGS = {
    0xC3: "lossless",
    0xC9: "arithmetic",
    0xCA: "progressive arithmetic",
    0xCB: "lossless arithmetic",
    0xF7: "JPEG-LS",
}
VARYING = r"<[^<>]* at 0x[0-9a-fA-F]+>|\{\{[^{}]*\}\}|\[Op:[^\]]*\]"
SUBFILE, DNG_VERSION = 254, 50706  # Tags of TIFF.
PREVIEW = 1  # The bit of SUBFILE for a smaller copy of another image in the file.
CANON_RAW = b"CR"  # At byte 8 of a TIFF.
BITS, COMPRESSION, SAMPLES, SAMPLE_FORMAT = 258, 259, 277, 339  # Tags of TIFF.
TIFF = (b"II*\0", b"MM\0*")
NUMBERS = {1: "unsigned", 2: "signed", 3: "floating-point", 5: "complex", 6: "complex"}


def explain(data: bytes) -> str:
    """What an image is that is not supported, and how to convert it. Empty if nothing is known."""
    kind = name_other(data) or _name_jpeg(data) or _name_tiff(data)
    return f"{kind} is not supported: {CONVERT}" if kind else ""


def explain_preview(data: bytes) -> str:
    """As `explain`, for a TIFF whose first image is a preview: raw files of cameras are such."""
    try:
        tags = _read_tags(data)
        is_preview = DNG_VERSION in tags or bool(tags.get(SUBFILE, 0) & PREVIEW)
    except Exception:  # Pillow may raise anything for damaged tags.
        return ""
    if is_preview or (data.startswith(TIFF) and data[8:10] == CANON_RAW):
        return f"TIFF that begins with a preview, as raw files do, is not supported: {CONVERT}"
    return ""


def is_common_jpeg(data: bytes) -> bool:
    """Whether all decoders read the coding of this JPEG: TensorFlow's too."""
    frame = _read_frame(data)
    return frame is not None and frame[0] in COMMON and frame[1] == 8


def name_other(data: bytes) -> str:
    """The format of a file that no part of this project reads. Empty if it is unknown."""
    for name, signatures in OTHERS.items():
        if any(data.startswith(magic, offset) for offset, magic in signatures):
            return name
    return ""


def clean_reason(error: BaseException) -> str:
    """A library's reason, the same in each run: without addresses of objects, names of graphs."""
    text = re.sub(VARYING, "", str(error))
    text = text.replace("cannot identify image file", "its header cannot be read")
    return " ".join(text.split())[:200].rstrip(". ") or type(error).__name__


def _name_jpeg(data: bytes) -> str:
    """JPEG with its coding, bits and channels if one of them is not common; else empty."""
    frame = _read_frame(data)
    if frame is None:
        return ""
    marker, bits, channels = frame
    about = [] if marker in COMMON else [f"{CODINGS.get(marker, 'hierarchical')} coding"]
    about += [] if bits == 8 else [f"{bits} bits per value"]
    about += [] if channels in (1, 3, 4) else [f"{channels} channels"]
    return f"JPEG with {' and '.join(about)}" if about else ""


def _read_frame(data: bytes) -> tuple[int, int, int] | None:
    """The frame marker of a JPEG, its bits per value and its channels. None if there is none."""
    if data[:2] != bytes((0xFF, START)):
        return None
    place = 2
    while place + 10 <= len(data):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker in FRAMES:
            return marker, data[place + 4], data[place + 9]
        if marker == SCAN:
            return None
        if marker == 0xFF:  # Fill bytes may precede a marker.
            place += 1
        elif marker in ALONE:
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None


def _name_tiff(data: bytes) -> str:
    """TIFF with its values, channels and compression if one of them is not common; else empty."""
    try:
        tags = _read_tags(data)
        bits, form = tags.get(BITS, (1,))[0], tags.get(SAMPLE_FORMAT, (1,))[0]
        compression, channels = tags.get(COMPRESSION, 1), tags.get(SAMPLES, 1)
    except Exception:  # Pillow may raise anything for damaged tags.
        return ""
    numbers = NUMBERS.get(form, "unknown")
    about = [] if bits <= 16 and form == 1 else [f"{bits}-bit {numbers} values"]
    about += [] if channels <= 4 else [f"{channels} channels"]
    about += [] if compression in COMPRESSION_INFO else [f"compression {compression}"]
    return f"TIFF with {' and '.join(about)}" if about else ""


def _read_tags(data: bytes) -> ImageFileDirectory_v2:
    """The tags of a TIFF's first image; none for other files."""
    tags = ImageFileDirectory_v2(data[:8]) if data.startswith(TIFF) else ImageFileDirectory_v2()
    if data.startswith(TIFF):
        stream = io.BytesIO(data)
        stream.seek(tags.next)
        tags.load(stream)
    return tags
