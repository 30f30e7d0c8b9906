"""The SavedModel that is served: its signatures are the contract with every client.

`serving_default`       image_bytes, string [N]: files, each of its own size
`predict_pixels`        pixels, float32 [N, H, W, 3] in 0..255; [N, H, W, 1] for a grey model
`predict_padded_pixels` pixels, and sizes, int32 [N, 2]: heights and widths without the padding
`evaluate_examples`     examples, string [N]: serialized tf.Examples
`transform_features`    examples, string [N]: the size bucket of each, for slices
`score_maps`            image_bytes, string [N]; classifiers with pooled scores only (score_maps.py)
`score_tiles`           pixels, uint8 [N, H, W, 3], and sizes: windows of an image (tiles.py); only
                        if no layer of the model looks at the whole image (tile_grid.py)

The first four return a classifier's `probabilities` float32 [N, C], `label` string [N] and
`labels` string [N, C]: the labels in the order of the probabilities, which TFMA expects as
`all_classes`. For a segmenter, they return `mask_bytes` string [N] (PNG in the size of the image
sent; each pixel is one byte, its class's number), `class_fractions` float32 [N, C] and `labels`.
A localizer's outputs are those of a classifier, and `boxes` float32 [N, 4]: ymin, xmin, ymax, xmax
in pixels of the image sent, from its upper left corner.
`score_maps` returns `score_maps` float32 [N, h, w, C], zero outside an image; `map_sizes` int32
[N, 2], an image's own positions; `strides` int32 [N, 2], the pixels from one to the next in the
scaled image, whose size is `scaled_sizes` int32 [N, 2]; `sent_sizes` int32 [N, 2]; `labels`.
`score_tiles` returns `scores` float32 [N, h, w, C], the logits of a segmenter's pixels or a
classifier's score map; `map_sizes`; `strides` int32 [N, 2], the pixels of which windows must begin
at a multiple; `halos` int32 [N, 2], the pixels that a window needs around the part that is kept;
`labels`; and for a classifier `poolings` string [N]: "mean" or "max" of all positions is the logit.
The labels are also the asset `labels.txt`. `recipe.json` is the recipe, and `network.json` the
Keras network (network.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import keras
import tensorflow as tf

from trainer import tasks
from trainer.config import Recipe, recipe_from_json, recipe_to_json
from trainer.data.preprocessing import DataStatistics
from trainer.export import network as networks
from trainer.export import tiling
from trainer.export.signatures import ImageModule
from trainer.models.layers import fix_kernels

LABELS = "labels.txt"
RECIPE = "recipe.json"


def save(model: keras.Model, statistics: DataStatistics, experiment: Recipe, folder: str) -> None:
    """Writes the trained model with all its signatures."""
    model = fix_kernels(model)
    module = build_module(model, statistics, experiment)
    # TensorFlow's variables, not Keras's: of those, TF Serving restores copies, and the network
    # reads the originals, which stay empty.
    module.weights = [variable.value for variable in model.variables]
    texts = {RECIPE: recipe_to_json(experiment), networks.NETWORK: networks.describe(model)}
    save_module(module, folder, texts)


def build_module(model: keras.Model, statistics: DataStatistics, experiment: Recipe) -> ImageModule:
    """The signatures around the model. Raises what tiling.build_network raises."""
    task, score = tasks.find_task(experiment), tiling.build_network(model, experiment)

    def network(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        return task.activate(score(pixels, sizes))

    module = task.build_module(network, statistics, experiment)
    module.use_layers(model)
    return module


def read_recipe(folder: str) -> Recipe:
    """The recipe by which the SavedModel in a folder was trained. Raises ValueError without one."""
    try:
        with tf.io.gfile.GFile(f"{folder}/assets/{RECIPE}") as file:
            return recipe_from_json(file.read())
    except tf.errors.NotFoundError as error:
        raise ValueError(f"{folder} has no {RECIPE}: an earlier version wrote it.") from error


def read_labels(folder: str) -> list[str]:
    """The labels of the SavedModel in a folder, in the order of its outputs."""
    with tf.io.gfile.GFile(f"{folder}/assets/{LABELS}") as file:
        return file.read().split("\n")[:-1]  # splitlines() would also split at U+0085 in a label.


def save_module(module: tf.Module, folder: str, texts: Mapping[str, str] | None = None) -> None:
    """Writes the SavedModel of a module with signatures.

    Its labels are an asset, as are the texts, by the names of their files.
    """
    files = {LABELS: "".join(f"{label}\n" for label in module.labels), **(texts or {})}
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in files.items():
            Path(scratch, name).write_text(text, encoding="utf-8")
        module.files = [tf.saved_model.Asset(str(Path(scratch, name))) for name in files]
        tf.saved_model.save(module, folder, signatures=module.trace_signatures())
