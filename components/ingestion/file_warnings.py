"""Warnings about files that become examples anyway: counted, and shown next to the rejects."""

from __future__ import annotations

from pathlib import PurePosixPath

from components.ingestion.images import Picture
from serving import formats

ANOTHER_KIND = "another_kind_than_its_name"
MORE = "bytes_after_its_end"
NO_END = "bytes_missing_at_its_end"
DEPTH_UNKNOWN = "bit_depth_undeclared"
NO_BOX = "box_unreadable"
LOOKS_LIKE_OTHERS = "looks_like_others"
MASK_TURN_UNKNOWN = "mask_orientation_unknown"
BOX_TURN_UNKNOWN = "boxes_orientation_unknown"
SIMILAR_LABEL = "label_like_another"

WARNINGS = {
    ANOTHER_KIND: "The file's format is not the one that its extension names.",
    MORE: "Bytes follow the end of the image.",
    NO_END: "The end of the image is missing, but decoders accept it.",
    DEPTH_UNKNOWN: "The file has 16 bits and does not declare how many of them are used: the "
    "greatest value of all such files decides.",
    NO_BOX: "The file of boxes cannot be read: the example has no boxes.",
    LOOKS_LIKE_OTHERS: (
        "Over a fifth of the images look alike to the hash that finds near-duplicates: it cannot "
        "tell whether they show one scene, so each has its own split."
    ),
    MASK_TURN_UNKNOWN: "The image was turned upright. Whether its mask was drawn after the turn "
    "is unknown; it is used as if it was. Set data.mask.oriented.",
    BOX_TURN_UNKNOWN: "The same for its boxes of heads.",
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
        ANOTHER_KIND: claimed is not None and kind is not None and claimed != kind,
        MORE: formats.has_more(data),
        NO_END: formats.lacks_end(data),
        DEPTH_UNKNOWN: picture.undeclared > 0,
    }
    return [warning for warning in WARNINGS if applies.get(warning)]
