"""VGG-16 and a decoder of transposed convolutions."""

from __future__ import annotations

import itertools

import keras

from tests.fakes import segmenters

VGG = ((3, 64, 64), (64, 128, 128), (128, 256, 256, 256), (256, 512, 512, 512), (512,) * 4)
DECODER = (512, 512, 512, 256, 128, 64)  # What goes into the first, and what comes out of each.


def published(classes):
    """The weights of VGG-16's convolutions and of those that bring its features to full size."""
    pairs = [pair for chain in (*VGG, DECODER) for pair in itertools.pairwise(chain)]
    return sum(9 * inputs * outputs + outputs for inputs, outputs in pairs) + 65 * classes


def test_it_has_the_weights_of_the_published_shapes():
    with keras.StatelessScope(initialize_variables=False):
        model = segmenters.build(segmenters.vgg("vgg16_deconv", width=1.0))

    assert model.count_params() == published(classes=3)


def test_a_convolution_follows_each_transposed_one_if_asked_for():
    plain, refined = (
        segmenters.build(segmenters.vgg("vgg16_deconv", refine=refine)) for refine in (False, True)
    )
    widths = (32, 32, 16, 8, 4)
    added = [layer.name for layer in refined.layers if layer.name.startswith("refine_block")]

    assert len([name for name in added if not name.endswith("_relu")]) == len(widths)
    more = sum(9 * width * width + 2 * width for width in widths)  # Kernel, bias and gain.
    assert refined.count_params() == plain.count_params() + more


def test_features_of_three_blocks_are_added():
    model = segmenters.build(segmenters.CONFIGS["vgg16_deconv"])
    added = [layer.name for layer in model.layers if isinstance(layer, keras.layers.Add)]

    assert added == ["add_block5_conv3", "add_block4_conv3", "add_block3_conv3"]


def test_a_narrower_decoder_brings_added_features_to_its_width():
    model = segmenters.build(segmenters.vgg("vgg16_deconv", widths=(2, 3, 4, 5, 6)))
    enlarged = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    added = [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]

    assert [layer.filters for layer in enlarged] == [6, 5, 4, 3, 2]
    assert [layer.output.shape[-1] for layer in added] == [6, 5, 4]
    assert model.get_layer("scores").kernel.shape[2] == 2


def test_it_overfits_four_images():
    config = segmenters.vgg("vgg16_deconv", width=1 / 8, dropout=0.0)

    assert segmenters.overfitted(config, steps=80) > 0.9
