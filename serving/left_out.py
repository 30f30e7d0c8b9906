"""Files that are left out of a folder of images for their names alone.

Operating systems, archives and annotation tools put files next to images. Ingestion and predictions
leave out the same ones.
"""

from __future__ import annotations

from pathlib import PurePosixPath

HIDDEN = "hidden_file"
SYSTEM = "system_file"
ANNOTATION = "annotation_file"

SYSTEM_NAMES = frozenset(
    {
        "__macosx",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "icon\r",
        "@eadir",
        "$recycle.bin",
        "system volume information",
        "network trash folder",
        "recycler",
        "#recycle",
        "lost+found",
    }
)
ANNOTATION_NAMES = frozenset(
    {"readme", "license", "licence", "copying", "notice", "checksums", "md5sums", "sha256sums"}
    | {"classes", "labels", "authors", "credits", "makefile", "_success"}
)
ANNOTATION_EXTENSIONS = (
    *(".json", ".jsonl", ".ndjson", ".txt", ".xml", ".csv", ".tsv", ".yaml", ".yml", ".toml"),
    *(".md", ".rst", ".mat", ".names", ".list", ".lst", ".cache"),
    *(".md5", ".sha256", ".aae", ".xmp", ".pp3", ".dop"),
    *(".mov", ".thm"),  # Live photos and previews of cameras.
    *(".npy", ".npz", ".pkl", ".pickle", ".h5", ".parquet", ".xls", ".xlsx", ".pts", ".idx"),
    *(".geojson", ".kml", ".tfw", ".jgw", ".pgw", ".bpw", ".wld", ".prj", ".ovr"),  # Of maps.
)
SYSTEM_ENDINGS = (".lnk", ".url", ".ini", ".db", ":zone.identifier", ":encryptable")


def find_kind(path: str) -> str:
    """Returns the kind of a file that is left out for its name; empty for any other."""
    parts = [part.casefold() for part in path.split("/")]
    if any(part in SYSTEM_NAMES for part in parts) or parts[-1].endswith(SYSTEM_ENDINGS):
        return SYSTEM
    if any(part.startswith(".") for part in parts):
        return HIDDEN
    described = parts[-1] in ANNOTATION_NAMES
    if described or PurePosixPath(parts[-1]).suffix in ANNOTATION_EXTENSIONS:
        return ANNOTATION
    return ""


def is_visible(name: str) -> bool:
    """Whether a folder of this name may contain images."""
    return find_kind(name) not in (SYSTEM, HIDDEN)
