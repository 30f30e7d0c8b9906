"""What a model's layers do to height and width: strides, and the smallest input, computed.

Trying sizes out does not work: for inputs below the kernel, TensorFlow reads any memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import keras
from keras import layers

from trainer.models.backbones.vgg16 import CaffePixels
from trainer.models.classic.channel_layers import DepthMaxPool, LocalResponseNormalization
from trainer.models.classic.fixed_size import FitSquare
from trainer.models.layers import Gain, HalveMask, MaskedReLU, MaskedReLU6, SizeMask
from trainer.models.moves import Growth, Moves, Window
from trainer.models.upsampling import BilinearUpsampling, MaskedCrop, NearestUpsampling

Sides = tuple[int, int]  # Of height and width.
Strides = tuple[Fraction, Fraction]  # In height and width.


def find_smallest_input(model: keras.Model) -> Sides:
    """Returns the smallest height and width for which each feature map has a position.

    Raises ValueError that names the layer if RULES has no rule for it.
    """
    return trace_to_image(model, lambda move, positions: move.count_needed(positions))


def find_receptive_field(model: keras.Model) -> Sides | None:
    """Pixels, in height and width, that a position of the last map looks at; None: at all."""
    if any(map(joins_squeezed, model.layers)):
        return None
    return trace_to_image(model, lambda move, positions: move.count_seen(positions))


def joins_squeezed(layer: keras.Layer) -> bool:
    """Whether the layer applies numbers of the whole image to each position of a map."""
    if isinstance(layer, layers.InputLayer) or not is_map(layer.output):
        return False
    return any(is_squeezed(tensor) for tensor in keras.tree.flatten(layer.input))


def compute_strides(model: keras.Model) -> dict[str, Strides]:
    """Pixels between two positions, in height and width, by the names of layers with such maps."""
    makers = map_outputs_to_layers(model)
    found: dict[str, Strides] = {}
    for layer in model.layers:
        if is_map(layer.output):
            maps = [
                (found[makers[id(tensor)]], moves) for tensor, moves in list_maps_and_moves(layer)
            ]
            height, width = (
                max(
                    (before[axis] * moves[axis].step() for before, moves in maps),
                    default=Fraction(1),
                )
                for axis in (0, 1)
            )
            found[layer.name] = (height, width)
    return found


def trace_to_image(model: keras.Model, before: Callable[[Window | Growth, int], int]) -> Sides:
    """Walks from one position of the last feature maps back to the image.

    `before` returns how many input positions a layer needs or sees for a number of outputs.
    """
    makers = map_outputs_to_layers(model)
    wanted = {layer.name: (1, 1) for layer in model.layers}
    for layer in reversed(model.layers):  # Consumers before producers.
        if is_map(layer.output):
            for tensor, moves in list_maps_and_moves(layer):
                height, width = map(before, moves, wanted[layer.name])
                maker = makers[id(tensor)]
                wanted[maker] = take_larger(wanted[maker], (height, width))
    return next(
        wanted[layer.name]
        for layer in model.layers
        if isinstance(layer, layers.InputLayer) and is_map(layer.output)
    )


def take_larger(first: Sides, second: Sides) -> Sides:
    """The larger height and the larger width."""
    return max(first[0], second[0]), max(first[1], second[1])


def map_outputs_to_layers(model: keras.Model) -> dict[int, str]:
    """The name of the layer that makes each tensor, by the tensor's id."""
    makers = {
        id(tensor): layer.name
        for layer in model.layers
        for tensor in keras.tree.flatten(layer.output)
    }
    for operation in model.operations:
        if not isinstance(operation, keras.Layer):  # A cast, where the precision changes.
            makers[id(operation.output)] = makers[id(operation.input)]
    return makers


def list_maps_and_moves(layer: keras.Layer) -> list[tuple[keras.KerasTensor, Moves]]:
    """The feature maps that a layer reads, and its moves in each; none for an input of the model.

    Of the last map of a layer in GROWING_LIKE, only the size is used.
    """
    if isinstance(layer, layers.InputLayer):
        return []
    maps = [tensor for tensor in keras.tree.flatten(layer.input) if is_map(tensor)]
    moves = [find_moves(layer)] * len(maps)
    if isinstance(layer, GROWING_LIKE):
        moves[-1] = find_pointwise_moves(layer)
    return list(zip(maps, moves, strict=True))


def is_map(tensor: keras.KerasTensor) -> bool:
    """Whether the tensor is [B, H, W, C]."""
    return len(tensor.shape) == 4 and not is_squeezed(tensor)


def is_squeezed(tensor: keras.KerasTensor) -> bool:
    """Whether the tensor is [B, 1, 1, C] for images of any size."""
    return tensor.shape[1:-1] == (1, 1)


def find_moves(layer: keras.Layer) -> Moves:
    """The layer's windows, or its growth, along height and width."""
    for kinds, rule in RULES:
        if isinstance(layer, kinds):
            return rule(layer)
    raise ValueError(
        f"Layer {layer.name!r} is a {type(layer).__name__}, whose effect on height and width "
        f"is unknown: add it to RULES in {__name__}."
    )


def find_pointwise_moves(layer: keras.Layer) -> Moves:
    """The moves of a layer that reads one position at a time."""
    return Window(), Window()


def find_halving_moves(layer: keras.Layer) -> Moves:
    """The moves of a layer that keeps every second position."""
    return Window(stride=2), Window(stride=2)


def find_convolution_moves(layer: keras.Layer) -> Moves:
    """The moves of a convolution."""
    reach = [(k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    return build_windows(reach, layer.strides, layer.padding)


def find_pooling_moves(layer: keras.Layer) -> Moves:
    """The moves of a pooling layer."""
    return build_windows(layer.pool_size, layer.strides, layer.padding)


def build_windows(kernel: Sequence[int], stride: Sequence[int], padding: str) -> Moves:
    """The windows along height and width.

    Padding "same" gives ceil(n / stride) outputs for n inputs; "valid" pads nothing.
    """
    height, width = (
        Window(k, s, k - 1, max(0, k - s) // 2) if padding == "same" else Window(k, s)
        for k, s in zip(kernel, stride, strict=True)
    )
    return height, width


def find_transposed_moves(layer: layers.Conv2DTranspose) -> Moves:
    """The moves of a transposed convolution. Keras allows dilation only with a stride of 1."""
    reach = [(k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    height, width = (
        Growth(k, factor, 0, max(k - factor, 0) // 2)
        if layer.padding == "same"
        else Growth(k, factor, max(k - factor, 0))
        for k, factor in zip(reach, layer.strides, strict=True)
    )
    return height, width


def find_interpolation_moves(layer: BilinearUpsampling) -> Moves:
    """The moves of interpolation between the two nearest positions."""
    return (Growth(2 * layer.factor, layer.factor, before=layer.factor // 2),) * 2


def find_repeating_moves(layer: NearestUpsampling) -> Moves:
    """The moves of a layer that repeats each position."""
    return (Growth(layer.factor, layer.factor),) * 2


def find_fitting_moves(layer: FitSquare) -> Moves:
    """The moves of a layer that scales any image to one size: distances after it are in its pixels.

    One pixel is enough for it.
    """
    return (Window(padding=layer.side - 1),) * 2


def find_padding_moves(layer: layers.ZeroPadding2D) -> Moves:
    """The moves of a layer that pads with zeros."""
    height, width = (Window(padding=sum(ends), before=ends[0]) for ends in layer.padding)
    return height, width


def find_cropping_moves(layer: layers.Cropping2D) -> Moves:
    """The moves of a layer that crops."""
    height, width = (Window(padding=-sum(ends), before=-ends[0]) for ends in layer.cropping)
    return height, width


POINTWISE = (
    layers.InputLayer,
    layers.Add,
    layers.Multiply,
    layers.Concatenate,
    layers.Activation,
    layers.Identity,
    layers.LeakyReLU,
    layers.ReLU,
    layers.Softmax,
    layers.Normalization,
    layers.Rescaling,
    layers.BatchNormalization,
    layers.LayerNormalization,
    layers.Dropout,
    layers.SpatialDropout2D,
    CaffePixels,
    DepthMaxPool,
    Gain,
    LocalResponseNormalization,
    MaskedCrop,
    MaskedReLU,
    MaskedReLU6,
    SizeMask,
)
GROWING_LIKE = (BilinearUpsampling, NearestUpsampling)
RULES = (
    (POINTWISE, find_pointwise_moves),
    (HalveMask, find_halving_moves),
    (FitSquare, find_fitting_moves),
    ((layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D), find_convolution_moves),
    (layers.Conv2DTranspose, find_transposed_moves),
    (BilinearUpsampling, find_interpolation_moves),
    (NearestUpsampling, find_repeating_moves),
    ((layers.MaxPooling2D, layers.AveragePooling2D), find_pooling_moves),
    (layers.ZeroPadding2D, find_padding_moves),
    (layers.Cropping2D, find_cropping_moves),
)
