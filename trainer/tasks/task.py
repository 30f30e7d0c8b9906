"""What a task is: everything that training, export and Transform ask about what is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import keras
import tensorflow as tf

from trainer.config import AugmentConfig, Recipe, TrainConfig
from trainer.data.preprocessing import DataStatistics
from trainer.export.signatures import ImageModule, Network

Batch = tuple[dict[str, tf.Tensor], tf.Tensor]  # Inputs of the model, and targets.


class Task(Protocol):
    """One kind of target, from the record to the SavedModel's answers."""

    @property
    def features(self) -> Mapping[str, Any]:
        """The fields that are parsed of a record, as `tf.io.parse_single_example` takes them."""

    @property
    def bytes_per_pixel(self) -> int:
        """The memory that an example takes for each pixel of its image."""

    @property
    def padding(self) -> Any:
        """The value that pads targets of several sizes to one size."""

    @property
    def preprocessing_fn(self) -> str:
        """The path of Transform's function, such as `package.module.function`."""

    def statistics(self, transform_uri: str, classes: tuple[str, ...]) -> DataStatistics:
        """What Transform learned; `classes` are those of the recipe."""

    def target(
        self, fields: dict[str, tf.Tensor], labels: Sequence[str], size: tf.Tensor
    ) -> tf.Tensor:
        """What the model should say of a record whose image was scaled to `size`."""

    def view(
        self, image: tf.Tensor, target: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A random view of the image [H, W, 3], and its target."""

    def mix(
        self, batches: tf.data.Dataset, seeds: tf.data.Dataset, recipe: Recipe
    ) -> tf.data.Dataset:
        """The batches, with several examples mixed into one if the experiment asks for it."""

    def loss(self, config: TrainConfig, classes: int) -> keras.losses.Loss:
        """The loss of targets and logits."""

    def metrics(self, classes: int) -> list[Any]:
        """What Keras logs of each epoch."""

    def outputs(self, logits: tf.Tensor) -> tf.Tensor:
        """What the served network says, made of the model's logits."""

    def module(self, network: Network, statistics: DataStatistics, recipe: Recipe) -> ImageModule:
        """The module that is exported as a SavedModel."""

    def constant_module(
        self, statistics: DataStatistics, shares: Mapping[str, float], max_side: int
    ) -> ImageModule:
        """A baseline that ignores the pixels; `shares` are those of the labels in training."""
