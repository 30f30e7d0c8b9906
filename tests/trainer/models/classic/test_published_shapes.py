"""The networks have as many weights as the publications and the textbook say."""

from __future__ import annotations

import itertools

import keras
import pytest

from tests.fakes import classic, tiny
from trainer import models
from trainer.classic_config import (
    AlexNetConfig,
    FashionCNNConfig,
    GoogLeNetConfig,
    LeNet5Config,
    MLPConfig,
    ResNetConfig,
    TutorialFCNConfig,
)
from trainer.data.preprocessing import DataStatistics

TUTORIAL = (3, 32, 64, 128, 256, 512)  # Channels of the image and of each block.
SQUEEZED = ((64, 3), (128, 4), (256, 6), (512, 3))  # Channels, and units with an excitation.


def build(config, classes, channels):
    """The model, without values in its weights."""
    labels = tuple(map(str, range(classes)))
    statistics = DataStatistics(labels, (120.0,) * channels, (60.0,) * channels, ())
    with keras.StatelessScope(initialize_variables=False):
        return models.build(config, statistics)


@pytest.mark.parametrize(
    ("config", "classes", "channels", "weights"),
    [
        pytest.param(ResNetConfig(name="resnet34"), 10, 3, 21_306_826, id="resnet34"),
        pytest.param(GoogLeNetConfig(), 1000, 3, 6_998_552, id="googlenet"),
        pytest.param(AlexNetConfig(), 1000, 3, 62_378_344, id="alexnet"),
        pytest.param(LeNet5Config(), 10, 1, 61_706, id="lenet5"),
        pytest.param(FashionCNNConfig(), 10, 1, 1_413_834, id="fashion_cnn"),
        pytest.param(MLPConfig(), 10, 1, 266_610, id="mlp"),
    ],
)
def test_it_has_the_published_number_of_weights(config, classes, channels, weights):
    assert build(config, classes, channels).count_params() == weights


def test_excitation_adds_two_dense_layers_to_each_unit():
    plain, squeezed = (build(ResNetConfig(name=n), 10, 3) for n in ("resnet34", "se_resnet34"))
    added = sum(units * (2 * c * c // 16 + c // 16 + c) for c, units in SQUEEZED)

    assert squeezed.count_params() - plain.count_params() == added


def count_tutorial_blocks():
    """A kernel of 3x3 and a bias for each pair of channels, and four numbers of normalization."""
    return sum(9 * before * after + 5 * after for before, after in itertools.pairwise(TUTORIAL))


def test_the_tutorials_network_with_dense_layers_has_its_weights():
    head = 4 * 512 + (512 + 1) * 64 + 4 * 64 + (64 + 1) * 5

    assert build(TutorialFCNConfig(), 5, 3).count_params() == count_tutorial_blocks() + head


def test_the_tutorials_network_with_convolutions_has_its_weights():
    head = (512 + 1) * 64 + 4 * 64 + (64 + 1) * 5 + 4 * 5

    model = build(TutorialFCNConfig(head="conv"), 5, 3)
    assert model.count_params() == count_tutorial_blocks() + head


@pytest.mark.parametrize("name", classic.ANY_SIZE | classic.FIXED_SIZE)
def test_a_model_takes_as_many_channels_as_the_data_has(name):
    config = (classic.ANY_SIZE | classic.FIXED_SIZE)[name]

    assert build(config, 2, 1).input["image"].shape == (None, None, None, 1)
    assert models.build(config, tiny.STATISTICS).input["image"].shape == (None, None, None, 3)


def test_the_branches_of_an_inception_block_are_joined():
    shapes = {layer.name: layer.output.shape for layer in build(GoogLeNetConfig(), 9, 3).layers}

    joined = {name: shape[-1] for name, shape in shapes.items() if name.endswith("_join")}
    assert list(joined.values()) == [256, 480, 512, 512, 512, 528, 832, 832, 1024]


def test_pooling_over_channels_leaves_the_dense_layers_fewer_inputs():
    plain, pooled = (build(FashionCNNConfig(depth_pool=n), 10, 1) for n in (1, 4))

    sizes = [model.get_layer("flatten").output.shape[-1] for model in (plain, pooled)]
    assert sizes == [3 * 3 * 256, 3 * 3 * 64]
