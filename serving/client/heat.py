"""Where a classifier looks: the score of each class at each position of an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serving.client.answers import Outputs, Prediction, read_predictions
from serving.client.errors import InvalidOutput, MissingOutput, RowCountMismatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEAT_MAPS = "heat_maps"  # The signature.
SCORES = "score_maps"
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

        Beyond the outermost places, their values continue.
        """
        import numpy as np

        columns = self._find_places(axis=1)
        rows = np.stack([np.interp(columns, np.arange(len(row)), row) for row in values])
        down = self._find_places(axis=0)
        low = np.clip(np.floor(down).astype(int), 0, len(rows) - 1)
        high, part = np.minimum(low + 1, len(rows) - 1), np.clip(down - low, 0, 1)[:, None]
        return (rows[low] * (1 - part) + rows[high] * part).astype(np.float32)

    def _find_places(self, axis: int) -> NDArray[np.float64]:
        """For each row (axis 0) or column of the image, which position of the map it is about."""
        import numpy as np

        centres = (np.arange(self.size[axis]) + 0.5) * self.scaled_size[axis] / self.size[axis]
        return (centres - self.origin[axis]) / self.strides[axis]

    def _find_number(self, label: str) -> int:
        names = list(self.prediction.probabilities)
        if label not in names:
            raise ValueError(f"The model has no class {label!r}: choose one of {names}.")
        return names.index(label)


def read_heat_maps(outputs: Outputs, images: int) -> list[HeatMaps]:
    """The outputs of `heat_maps` for this many images. Raises RequestRejected."""
    for output in (SCORES, *PAIRS):
        if output not in outputs:
            raise MissingOutput(output, outputs, "classifier with heat maps")
        if len(outputs[output]) != images:
            raise RowCountMismatch(output, len(outputs[output]), images)
    predictions = read_predictions(outputs, images)
    pairs = zip(*(outputs[name] for name in PAIRS), strict=True)
    return [
        _read(prediction, scores, sizes)
        for prediction, scores, sizes in zip(predictions, outputs[SCORES], pairs, strict=True)
    ]


def _read(prediction: Prediction, scores: Any, pairs: Sequence[Sequence[float]]) -> HeatMaps:
    """One image's maps, without the padding of its batch."""
    import numpy as np

    (rows, columns), strides, origin, scaled, sent = pairs
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
    )
