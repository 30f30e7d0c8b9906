"""Near-duplicates that contradict each other: under other labels, or in other splits."""

from __future__ import annotations

from collections.abc import Sequence

from components.doubt.collection import Collection, Seen
from components.doubt.listing import Twin

SHOWN = 4  # Of one group.
GROUPS = 20  # On the page.


class Twins:
    """The groups of images that look alike."""

    def __init__(self, collection: Collection, groups: Sequence[str]) -> None:
        members: dict[str, list[Seen]] = {}
        for image, group in zip(collection.images, groups, strict=True):
            members.setdefault(group, []).append(image)
        self._group = dict(zip((i.sha256 for i in collection.images), groups, strict=True))
        self._members = members

    def find(self, image: Seen) -> list[Seen]:
        """The others of the image's group, those under other labels and in other splits first."""
        others = [o for o in self._members[self._group[image.sha256]] if o.sha256 != image.sha256]
        return sorted(others, key=lambda o: (o.label == image.label, o.split == image.split))

    def find_contradictions(self) -> list[list[Seen]]:
        """The groups with several labels, then those with one label in several splits."""
        differing = [
            group
            for group in self._members.values()
            if len({(image.label, image.split) for image in group}) > 1
        ]
        return sorted(differing, key=lambda group: len({image.label for image in group}) == 1)


def shorten(images: Sequence[Seen]) -> tuple[Twin, ...]:
    """The first images of a group, for the page."""
    return tuple(Twin(image.path, image.label, image.split) for image in images[:SHOWN])
