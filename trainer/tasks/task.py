"""The protocol of a task: what training, export and Transform need to know about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import keras
import tensorflow as tf
from numpy.typing import NDArray

from trainer.calibration.fitting import Pairs
from trainer.config import AugmentConfig, Recipe, TrainConfig
from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.export.signatures import ImageModule, Network

Batch = tuple[dict[str, tf.Tensor], tf.Tensor]  # Inputs of the model, and targets.


class Task(Protocol):
    """One kind of target, from the record to the SavedModel's answers."""

    @property
    def features(self) -> Mapping[str, Any]:
        """The fields that a record is parsed into, for `tf.io.parse_single_example`."""

    @property
    def bytes_per_pixel(self) -> int:
        """The memory of an example for each pixel of its image."""

    @property
    def padding(self) -> Any:
        """The value that pads targets of several sizes to one size."""

    @property
    def preprocessing_fn(self) -> str:
        """The path of Transform's function, such as `package.module.function`."""

    def read_statistics(self, transform_uri: str, classes: tuple[str, ...]) -> DataStatistics:
        """Transform's statistics; `classes` are those of the recipe."""

    def read_target(
        self, fields: dict[str, tf.Tensor], labels: Sequence[str], size: tf.Tensor
    ) -> tf.Tensor:
        """The target of a record whose image was scaled to `size`."""

    def draw_view(
        self, image: tf.Tensor, target: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A random view of the image [H, W, C] and its target."""

    def mix(
        self, batches: tf.data.Dataset, seeds: tf.data.Dataset, recipe: Recipe
    ) -> tf.data.Dataset:
        """The batches, with several examples mixed into one if the experiment asks for it."""

    def build_loss(self, config: TrainConfig, classes: int) -> keras.losses.Loss:
        """The loss of targets and logits."""

    def build_metrics(self, classes: int) -> list[Any]:
        """The metrics that Keras logs after each epoch: objects, not names.

        Keras creates a named metric in the first step, and TensorFlow then builds the step twice.
        """

    def activate(self, logits: tf.Tensor) -> tf.Tensor:
        """The served network's outputs, computed from the model's logits."""

    def pair_answers(self, outputs: NDArray[Any], targets: NDArray[Any]) -> Pairs | None:
        """The served network's probabilities, and the true classes, to calibrate the former.

        None for a task that chooses no class.
        """

    def build_module(
        self, network: Network, statistics: DataStatistics, recipe: Recipe
    ) -> ImageModule:
        """The module that is exported as a SavedModel."""

    def build_constant_module(
        self, statistics: DataStatistics, shares: Mapping[str, float], limits: SizeLimits
    ) -> ImageModule:
        """A baseline that ignores the pixels; `shares`: of each label in the training split."""
