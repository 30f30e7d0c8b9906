"""What an image file's first and last bytes tell: its format, and whether its end is there."""

from __future__ import annotations

SIGNATURES = {  # Format as Pillow names it: offset and bytes, any of which tells it.
    "JPEG": ((0, b"\xff\xd8\xff"),),
    "PNG": ((0, b"\x89PNG\r\n\x1a\n"),),
    "GIF": ((0, b"GIF87a"), (0, b"GIF89a")),
    "BMP": ((0, b"BM"),),
    "WEBP": ((8, b"WEBP"),),
    "TIFF": tuple((0, m) for m in (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")),
    "JPEG2000": ((0, b"\xff\x4f\xff\x51"), (0, b"\0\0\0\x0cjP  \r\n\x87\n")),
    "AVIF": ((4, b"ftypavif"), (4, b"ftypavis")),
}
SHARED = (b"ftypmif1", b"ftypmsf1")  # From byte 4: an AVIF, or another kind of the same container.
HEAD = 64  # Bytes that are more than enough to tell.


def may_be_image(data: bytes) -> bool:
    """Whether bytes that begin so can be an image that is read; HEAD bytes of them suffice."""
    return kind(data) is not None or data.startswith(SHARED, 4)


def kind(data: bytes) -> str | None:
    """The format that the bytes begin as; None if it is none of SIGNATURES."""
    for name, signatures in SIGNATURES.items():
        if any(data.startswith(magic, offset) for offset, magic in signatures):
            return name
    return None


def lacks_end(data: bytes) -> bool:
    """Whether the image that begins here stops before its format's end; False where unknown."""
    name = kind(data)
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
    """Whether bytes follow the end of the JPEG or PNG that begins here."""
    if lacks_end(data):  # The end that is found then is a thumbnail's.
        return False
    name = kind(data)
    if name == "JPEG":
        return 0 <= data.rfind(b"\xff\xd9") < len(data) - 2
    return name == "PNG" and 0 <= data.rfind(b"IEND") < len(data) - 8
