"""What ingestion leaves out of a folder: the same in every layout, and counted by kind.

Operating systems, archives and annotation tools put files next to images. They are neither examples
nor rejects. The content of all other files decides what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

HIDDEN = "hidden_file"
SYSTEM = "system_file"
ANNOTATION = "annotation_file"
OF_NO_IMAGE = "of_no_image"
IN_NO_LIST = "without_a_mask_and_in_no_split_list"
LINK_OUT = "link_out_of_the_folder"
LINK_TO_LISTED = "link_to_a_listed_folder"
LINK_TO_PARENT = "link_to_a_parent"

KINDS = {
    HIDDEN: "Its name, or that of a folder above it, begins with a dot.",
    SYSTEM: "An operating system or an archive program wrote it.",
    ANNOTATION: "It describes images: text, tables, labels, licences.",
    OF_NO_IMAGE: "It is in no folder of images, or the mask or box of no image.",
    IN_NO_LIST: "An image that no split list names and that has no mask.",
    LINK_OUT: "A link out of the folder: --follow-links follows it.",
    LINK_TO_LISTED: "A link to a folder whose files are listed under another path.",
    LINK_TO_PARENT: "A link to a folder that contains it.",
}
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
    *(
        ".aae",
        ".xmp",
        ".pp3",
        ".dop",
        ".mov",
        ".thm",
        ".md5",
        ".sha256",
    ),  # Of cameras: live photos.
    *(".npy", ".npz", ".pkl", ".pickle", ".h5", ".parquet", ".xls", ".xlsx", ".pts", ".idx"),
    *(".geojson", ".kml", ".tfw", ".jgw", ".pgw", ".bpw", ".wld", ".prj", ".ovr"),  # Of maps.
)
SYSTEM_ENDINGS = (".lnk", ".url", ".ini", ".db", ":zone.identifier", ":encryptable")
SHOWN = 3  # Paths in a message about a group.


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


def group(files: Sequence[str], skipped: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Groups files that are left out, and links that were skipped, by kind."""
    kinds = {path: find_kind(path) or OF_NO_IMAGE for path in files} | skipped
    return {
        kind: tuple(path for path, found in kinds.items() if found == kind)
        for kind in KINDS
        if kind in kinds.values()
    }


def name_some(paths: Sequence[str]) -> str:
    """Names a few of a group, and the number of the others."""
    some = ", ".join(paths[:SHOWN])
    return some if len(paths) <= SHOWN else f"{some} and {len(paths) - SHOWN:,} more"
