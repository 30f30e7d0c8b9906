"""Warnings about files that become examples anyway: counted, and shown next to the rejects."""

from __future__ import annotations

from pathlib import PurePosixPath

from components.ingestion import formats

ANOTHER_KIND = "another_kind_than_its_name"
MORE = "bytes_after_its_end"
NO_END = "bytes_missing_at_its_end"
NO_BOX = "box_unreadable"
SIMILAR_LABEL = "label_like_another"

WARNINGS = {
    ANOTHER_KIND: "The file's format is not the one that its extension names.",
    MORE: "Bytes follow the end of the image.",
    NO_END: "The end of the image is missing, but decoders accept it.",
    NO_BOX: "The file of boxes cannot be read: the example has no boxes.",
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


def find_warnings(path: str, data: bytes) -> list[str]:
    """Returns the WARNINGS about a file that decoders accept."""
    claimed = EXTENSIONS.get(PurePosixPath(path).suffix.lower())
    kind = formats.detect(data)
    applies = {
        ANOTHER_KIND: claimed is not None and kind is not None and claimed != kind,
        MORE: formats.has_more(data),
        NO_END: formats.lacks_end(data),
    }
    return [warning for warning in WARNINGS if applies.get(warning)]
