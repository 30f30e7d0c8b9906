"""Warnings about files that become examples anyway: counted, and shown next to the rejects."""

from __future__ import annotations

from pathlib import PurePosixPath

from components.ingestion.images import Picture
from serving import formats

WRONG_EXTENSION = "wrong_extension"
TRAILING_BYTES = "trailing_bytes"
END_MISSING = "end_missing"
BIT_DEPTH_UNDECLARED = "bit_depth_undeclared"
MORE_FRAMES = "has_more_frames"
TRANSPARENCY_IGNORED = "transparency_ignored"
BOX_UNREADABLE = "box_unreadable"
LOOKS_LIKE_OTHERS = "looks_like_others"
MASK_ORIENTATION_UNKNOWN = "mask_orientation_unknown"
BOXES_ORIENTATION_UNKNOWN = "boxes_orientation_unknown"
SIMILAR_LABEL = "similar_label"

WARNINGS = {
    WRONG_EXTENSION: "The file's format is not the one that its extension names.",
    TRAILING_BYTES: "Bytes follow the end of the image.",
    END_MISSING: "The end of the image is missing, but decoders accept it.",
    BIT_DEPTH_UNDECLARED: (
        "The file has 16 bits and does not declare how many of them are used: the greatest value "
        "of all such files decides."
    ),
    MORE_FRAMES: "The file has several frames or pages: only the first one is used.",
    TRANSPARENCY_IGNORED: (
        "Some pixels are transparent: their colours are used as if they were not."
    ),
    BOX_UNREADABLE: "The file of boxes cannot be read: the example has no boxes.",
    LOOKS_LIKE_OTHERS: (
        "Over a fifth of the images look alike to the hash that finds near-duplicates: it cannot "
        "tell whether they show one scene, so each has its own split."
    ),
    MASK_ORIENTATION_UNKNOWN: (
        "The image was turned upright. Whether its mask was drawn after the turn is unknown; it is "
        "used as if it was. Set data.mask.oriented."
    ),
    BOXES_ORIENTATION_UNKNOWN: "The same for its boxes of heads.",
    SIMILAR_LABEL: "Another label differs only in capitals, spaces or Unicode form.",
}

EXTENSIONS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".jp2": "JPEG2000",
    ".avif": "AVIF",
}


def find_warnings(path: str, data: bytes, picture: Picture) -> list[str]:
    """Returns the WARNINGS about a file that decoders accept."""
    claimed = EXTENSIONS.get(PurePosixPath(path).suffix.lower())
    kind = formats.detect(data)
    applies = {
        WRONG_EXTENSION: claimed is not None and kind is not None and claimed != kind,
        TRAILING_BYTES: formats.has_more(data),
        END_MISSING: formats.lacks_end(data),
        BIT_DEPTH_UNDECLARED: picture.undeclared > 0,
        MORE_FRAMES: picture.has_more_frames,
        TRANSPARENCY_IGNORED: picture.is_transparent,
    }
    return [warning for warning in WARNINGS if applies.get(warning)]
