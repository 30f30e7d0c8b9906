"""The weights of the EfficientNet-Lite0 that judges labels; errors name `doubt.weights`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from components.errors import DataError
from trainer.model_config import Lite0Config
from trainer.models import check_weights
from trainer.models.backbones import lite0_weights
from trainer.models.backbones.availability import WeightsUnavailableError


def check_installed(weights: str) -> None:
    """Raises DataError if these are ImageNet's, and they are not on this machine."""
    with name_setting():
        check_weights(Lite0Config(weights=weights))


def read(network: keras.Model, config: Lite0Config) -> keras.Model:
    """Copies the weights into the network. Raises DataError if they are missing or do not fit."""
    with name_setting():
        return lite0_weights.read(network, config)


@contextmanager
def name_setting() -> Iterator[None]:
    """Raises what the block raises as DataError, with the setting that the user can change."""
    try:
        yield
    except (WeightsUnavailableError, ValueError) as error:
        text = str(error).replace("model.weights", "doubt.weights")
        raise DataError(
            "doubt_weights_unusable", f"{text} With `fcn doubt`, it is the option --weights."
        ) from error
