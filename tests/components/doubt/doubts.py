"""A list of doubts for the tests: three labels, one of them with names that try to act."""

from __future__ import annotations

from components.doubt.listing import Doubt, DoubtList, Twin

EVIL = "<script>alert(1)</script>"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="


def doubt(number: int, path: str, **changed) -> Doubt:
    fields = {
        "sha256": f"{number:064x}",
        "path": path,
        "split": "train",
        "label": "a",
        "given": "a",
        "likely": "b",
        "confidence": 0.91,
        "given_confidence": 0.04,
        "pictures": (PIXEL,),
    }
    return Doubt(**(fields | changed))


TWINS = (Twin("b/9.jpg", "b", "test"), Twin("b/8.jpg", "b", "val"))
LIST = DoubtList(
    name="letters",
    kind="label",
    images=60,
    left=7,
    doubted=9,
    doubts=(
        doubt(1, "a/1.jpg"),
        doubt(2, EVIL, twins=TWINS, twin_count=5),
        doubt(3, "a/3.jpg", likely="c"),
    ),
    classes=("a", "b", "c", EVIL),
    twin_groups=(TWINS,),
    twin_group_count=1,
)
