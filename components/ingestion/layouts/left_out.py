"""What ingestion leaves out of a folder: the same in every layout, and counted by kind.

Operating systems, archives and annotation tools put files next to images. They are neither examples
nor rejects. The content of all other files decides what they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from serving.left_out import ANNOTATION, HIDDEN, SYSTEM, find_kind

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
SHOWN = 3  # Paths in a message about a group.


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
