"""A model split into backbone and head."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tests.fakes import applications, segmenters, tiny, tiny_boxes
from tests.fakes import lite0 as narrow
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.models.layers import fix_kernels
from trainer.models.split import find_group, fix_layers, split

CONFIGS = {
    "dense": narrow.classifier(),
    "conv": narrow.classifier(head="conv", hidden=8),
    "unet_lite0": narrow.unet(),
    "fcn16s": segmenters.CONFIGS["fcn16s"],
    "mobilenet_v2": applications.classifier(),
    "unet_mobilenet_v2": applications.unet(),
    "boxes": tiny_boxes.LITE0.model,
}


@pytest.fixture(scope="module", params=CONFIGS)
def parts(request):
    config = CONFIGS[request.param]
    model = segmenters.disturbed(config)
    return model, *split(model, models.BACKBONES[config.name]), models.BACKBONES[config.name]


def test_both_parts_together_answer_as_the_model(parts):
    model, features, head, _ = parts
    inputs = batch_of([tiny.pixels(33, 40), tiny.pixels(16, 9)])

    np.testing.assert_allclose(head(features(inputs)), model(inputs), atol=1e-5)


def test_the_model_can_be_exported_afterwards(parts):
    model, inputs = parts[0], batch_of([tiny.pixels(33, 40), tiny.pixels(16, 9)])

    answer = fix_kernels(model)(inputs)

    np.testing.assert_allclose(answer, model(inputs), rtol=1e-4, atol=1e-4)


def test_a_head_that_reads_an_input_of_the_model_is_refused():
    inputs = {"image": keras.Input((8,), name="image"), "size": keras.Input((8,), name="size")}
    features = keras.layers.Dense(8, name="stem")(inputs["image"])
    other = keras.layers.Dense(8, name="other")(inputs["size"])
    model = keras.Model(inputs, keras.layers.Add(name="logits")([features, other]))

    with pytest.raises(ValueError, match="reads an input"):
        split(model, ("stem",))


def test_the_weights_of_the_backbone_are_in_the_features_only(parts):
    model, features, head, groups = parts
    backbone = {
        v.path for v in model.variables if find_group(v.path.split("/")[0], groups) is not None
    }

    assert backbone == {variable.path for variable in features.variables}
    assert {v.path for v in head.trainable_variables}.isdisjoint(backbone)


def test_features_of_a_pooled_head_are_one_row():
    _, head = split(models.build(CONFIGS["dense"], tiny.STATISTICS), models.BACKBONES["lite0"])

    assert [tensor.shape for tensor in head.inputs] == [(None, 80)]


@pytest.mark.parametrize(
    ("config", "last_fixed", "first_learning"),
    [
        pytest.param(CONFIGS["dense"], "block3_expand", "block3_depthwise", id="lite0"),
        pytest.param(segmenters.vgg("fcn8s"), "block3_conv3", "block4_conv1", id="vgg16"),
        pytest.param(
            applications.unet("resnet50"),
            "conv2_block3_3_conv",
            "conv3_block1_1_conv",
            id="resnet50",
        ),
        pytest.param(
            applications.unet("efficientnet_v2_b0"),
            "block2b_project_conv",
            "block3a_expand_conv",
            id="squeeze-and-excitation",
        ),
    ],
)
def test_layers_up_to_a_stride_are_fixed(config, last_fixed, first_learning):
    model, groups = models.build(config, tiny.STATISTICS), models.BACKBONES[config.name]

    fix_layers(model, groups, 4)

    backbone = [x for x in model.layers if x.weights and find_group(x.name, groups) is not None]
    place = [layer.name for layer in backbone].index(first_learning)
    assert last_fixed in {layer.name for layer in backbone[:place]}
    assert not any(layer.trainable_weights for layer in backbone[:place])
    assert all(layer.trainable_weights for layer in backbone[place:])


@pytest.mark.parametrize(
    ("name", "group"),
    [("stem_conv", 0), ("block1_expand", 2), ("block11_project", 12), ("top_conv", 17)],
)
def test_a_layer_belongs_to_the_group_of_its_whole_name(name, group):
    assert find_group(name, models.BACKBONES["lite0"]) == group


@pytest.mark.parametrize("name", ["logits", "level1_up_block_conv1", "blocks"])
def test_layers_of_the_head_have_no_group(name):
    assert find_group(name, models.BACKBONES["lite0"]) is None
