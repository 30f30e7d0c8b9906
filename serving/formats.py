"""Reads an image file's format from its first bytes, and finds out whether it is complete."""

from __future__ import annotations

SIGNATURES = {  # Pillow's name of a format: (offset, bytes) pairs; any one identifies it.
    "JPEG": ((0, b"\xff\xd8\xff"),),
    "PNG": ((0, b"\x89PNG\r\n\x1a\n"),),
    "GIF": ((0, b"GIF87a"), (0, b"GIF89a")),
    "BMP": ((0, b"BM"),),
    "WEBP": ((8, b"WEBP"),),
    "TIFF": tuple((0, m) for m in (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")),
    "JPEG2000": ((0, b"\xff\x4f\xff\x51"), (0, b"\0\0\0\x0cjP  \r\n\x87\n")),
    "AVIF": ((4, b"ftypavif"), (4, b"ftypavis")),
}
SHARED = (b"ftypmif1", b"ftypmsf1")  # From byte 4: AVIF, or another format in its container.
HEAD = 64  # Bytes: more than any signature needs.


def may_be_image(data: bytes) -> bool:
    """Whether a file that begins with these bytes may be an image. HEAD bytes are enough."""
    return detect(data) is not None or data.startswith(SHARED, 4)


def detect(data: bytes) -> str | None:
    """Returns the format that the first bytes identify; None if SIGNATURES lacks it."""
    for name, signatures in SIGNATURES.items():
        if any(data.startswith(magic, offset) for offset, magic in signatures):
            return name
    return None


def lacks_end(data: bytes) -> bool:
    """Whether the image stops before its format's end marker; False if that is unknown."""
    name = detect(data)
    if name == "JPEG":
        return data.find(b"\xff\xd9", max(0, data.rfind(b"\xff\xda"))) < 0
    if name == "PNG":
        return b"IEND" not in data
    if name == "GIF":
        return not data.rstrip(b"\0").endswith(b";")
    if name == "BMP":
        return len(data) < int.from_bytes(data[2:6], "little")
    if name == "WEBP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    return False


def has_more(data: bytes) -> bool:
    """Whether bytes follow the end of the JPEG or PNG."""
    if lacks_end(data):  # Any end marker then belongs to a thumbnail.
        return False
    name = detect(data)
    if name == "JPEG":
        return 0 <= data.rfind(b"\xff\xd9") < len(data) - 2
    return name == "PNG" and 0 <= data.rfind(b"IEND") < len(data) - 8
