"""Whether an annotation was drawn on the pixels that its image stores, or on the upright image.

Programs that ignore the orientation tag show the stored pixels; browsers, labelme and CVAT show the
upright image. The size decides if the turn swaps the sides of an image that is not square.
"""

from __future__ import annotations

from typing import NamedTuple

from PIL.Image import Transpose

from components.ingestion import rejects
from components.ingestion.images import Picture, RejectError
from serving.orientation import turn_size

AUTO, STORED, SHOWN = "auto", "stored", "shown"


class Choice(NamedTuple):
    """How an annotation is turned."""

    turn: Transpose | None
    is_known: bool  # False if an annotation of either kind would look like this one.


def choose_turn(
    size: tuple[int, int], own: Transpose | None, picture: Picture, oriented: str
) -> Choice:
    """Chooses the turn of an annotation of this width and height; `own` is that of its own tag.

    Raises RejectError if no turn that `oriented` allows gives the picture's size.
    """
    turns = {STORED: [picture.turn], SHOWN: [own], AUTO: [own, picture.turn]}
    fitting = {
        setting: [t for t in allowed if turn_size(size, t) == (picture.width, picture.height)]
        for setting, allowed in turns.items()
    }
    if fitting[oriented]:
        chosen = fitting[oriented]
        return Choice(chosen[0], own is not None or len({*chosen}) == 1)
    detail = f"{size[1]} x {size[0]}, but its image is {picture.height} x {picture.width}"
    if fitting[AUTO]:
        detail += f' if data.mask.oriented is "{oriented}": set it to "{AUTO}"'
    raise RejectError(rejects.MASK_SIZE_DIFFERS, detail)
