"""Where a classifier looks: the score of each class at each position of an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serving.client.answers import Box, Outputs, Prediction, read_predictions
from serving.client.errors import InvalidOutput, MissingOutput, RowCountMismatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEAT_MAPS = "heat_maps"  # The signature.
SCORES = "score_maps"
SEEN = "seen_boxes"
PAIRS = ("map_sizes", "strides", "origins", "scaled_sizes", "sent_sizes")  # Height first.

Pair = tuple[float, float]


@dataclass(frozen=True, eq=False)
class HeatMaps:
    """The answer about one image, and the map of each class that the answer comes from.

    The scores of a class average to its logit, or have it as their maximum, as the model pools.
    """

    prediction: Prediction
    scores: NDArray[np.float32]  # [h, w, C]; the classes are in the order of the probabilities.
    strides: Pair  # Pixels of the scaled image from one position to the next.
    origin: Pair  # Pixels of the scaled image to the centre of what the first position looks at.
    scaled_size: tuple[int, int]  # What the network saw: height and width.
    size: tuple[int, int]  # Of the upright image: height and width.
    seen: Box  # What the network saw, in pixels of the image; beyond it where black was added.

    @property
    def label(self) -> str:
        """The class of the image."""
        return self.prediction.label

    def select(self, label: str) -> NDArray[np.float32]:
        """The scores of a class, [h, w]. Raises ValueError for a class that the model lacks."""
        return self.scores[..., self._find_number(label)]

    def weigh(self, label: str) -> NDArray[np.float32]:
        """What speaks for a class and against it, [h, w]: its score less the classes' mean score.

        Probabilities depend on such differences only. Raises ValueError as `select`.
        """
        return self.select(label) - self.scores.mean(axis=-1)

    def enlarge(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """A map [h, w] in the size of the image, [H, W]: linear between the places of positions.

        Beyond the outermost places, their values continue. It is 0 where the network saw
        nothing, which is neutral for evidence, not for scores.
        """
        import numpy as np

        columns = self._find_places(axis=1)
        rows = np.stack([np.interp(columns, np.arange(len(row)), row) for row in values])
        down = self._find_places(axis=0)
        low = np.clip(np.floor(down).astype(int), 0, len(rows) - 1)
        high, part = np.minimum(low + 1, len(rows) - 1), np.clip(down - low, 0, 1)[:, None]
        enlarged = rows[low] * (1 - part) + rows[high] * part
        return np.where(self.find_seen(), enlarged, 0).astype(np.float32)

    def find_seen(self) -> NDArray[np.bool_]:
        """Whether the network saw each pixel of the image, [H, W]."""
        import numpy as np

        return np.logical_and.outer(self._is_seen(0), self._is_seen(1))

    def _is_seen(self, axis: int) -> NDArray[np.bool_]:
        """Whether the network saw each row (axis 0) or column of the image, [H] or [W]."""
        import numpy as np

        centres = self._find_centres(axis)
        return np.logical_and(centres > 0, centres < self.scaled_size[axis])

    def _find_places(self, axis: int) -> NDArray[np.float64]:
        """Which position of the map each row (axis 0) or column is about, [H] or [W]."""
        return (self._find_centres(axis) - self.origin[axis]) / self.strides[axis]

    def _find_centres(self, axis: int) -> NDArray[np.float64]:
        """The centre of each row (axis 0) or column, in pixels of the scaled image, [H] or [W]."""
        import numpy as np

        first, end = self.seen[axis], self.seen[axis + 2]
        pixels = np.arange(self.size[axis]) + 0.5 - first
        return np.asarray(pixels * self.scaled_size[axis] / (end - first))

    def _find_number(self, label: str) -> int:
        names = list(self.prediction.probabilities)
        if label not in names:
            raise ValueError(f"The model has no class {label!r}: choose one of {names}.")
        return names.index(label)


def read_heat_maps(outputs: Outputs, images: int) -> list[HeatMaps]:
    """The outputs of `heat_maps` for this many images. Raises RequestRejected."""
    # Earlier versions do not say what they see: their maps are drawn over the whole image.
    whole = [(0.0, 0.0, *sent) for sent in outputs.get("sent_sizes", ())]
    found = {SEEN: whole, **outputs}
    for output in (SCORES, *PAIRS, SEEN):
        if output not in found:
            raise MissingOutput(output, outputs, "classifier with heat maps")
        if len(found[output]) != images:
            raise RowCountMismatch(output, len(found[output]), images)
    predictions = read_predictions(outputs, images)
    places = zip(*(found[name] for name in (*PAIRS, SEEN)), strict=True)
    return [
        _read(prediction, scores, place)
        for prediction, scores, place in zip(predictions, outputs[SCORES], places, strict=True)
    ]


def _read(prediction: Prediction, scores: Any, place: Sequence[Any]) -> HeatMaps:
    """One image's maps, without the padding of its batch."""
    import numpy as np

    (rows, columns), strides, origin, scaled, sent, seen = place
    if len(seen) != len(Box._fields):
        raise InvalidOutput(SEEN, f"it has {len(seen)} numbers for {len(Box._fields)} sides")
    whole, classes = np.asarray(scores, np.float32), len(prediction.probabilities)
    own = whole[: int(rows), : int(columns)] if whole.ndim == 3 else whole
    if own.shape != (rows, columns, classes) or not own.size:
        problem = f"its shape is {whole.shape} for {rows} x {columns} positions, {classes} classes"
        raise InvalidOutput(SCORES, problem)
    return HeatMaps(
        prediction,
        own,
        strides=(strides[0], strides[1]),
        origin=(origin[0], origin[1]),
        scaled_size=(int(scaled[0]), int(scaled[1])),
        size=(int(sent[0]), int(sent[1])),
        seen=Box(*map(float, seen)),
    )
