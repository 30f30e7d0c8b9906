"""What is odd about files that are examples nevertheless: counted, and shown beside the rejects."""

from __future__ import annotations

from pathlib import PurePosixPath

from components.ingestion import formats

ANOTHER_KIND = "another_kind_than_its_name"
MORE = "bytes_after_its_end"
NO_END = "bytes_missing_at_its_end"
NO_BOX = "box_unreadable"

ENDINGS = {
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


def of(path: str, data: bytes) -> list[str]:
    """The warnings about a file that decoders take."""
    claimed = ENDINGS.get(PurePosixPath(path).suffix.lower())
    kind = formats.kind(data)
    found = {
        ANOTHER_KIND: claimed is not None and kind is not None and claimed != kind,
        MORE: formats.has_more(data),
        NO_END: formats.lacks_end(data),
    }
    return [name for name, is_so in found.items() if is_so]
