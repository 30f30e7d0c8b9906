"""The SavedModel that is served: its signatures are the contract with every client.

`serving_default`       image_bytes, string [N]: files, each of its own size
`predict_pixels`        pixels, float32 [N, H, W, 3] in 0..255; [N, H, W, 1] for a grey model
`predict_padded_pixels` pixels, and sizes, int32 [N, 2]: heights and widths without the padding
`evaluate_examples`     examples, string [N]: serialized tf.Examples
`transform_features`    examples, string [N]: the size bucket of each, for slices
`heat_maps`             image_bytes, string [N]; classifiers with pooled scores only (score_maps.py)
`plan_tiles`            sizes, int32 [N, 2]: how tiles of such images lie, or why they have none
`score_tiles`           pixels, uint8 [N, H, W, 3], and sizes: windows of an image (tiled/tiles.py);
                        only if no layer of the model looks at the whole image (tiled/grid.py)

The first four return a classifier's `probabilities` float32 [N, C], `label` string [N] and
`labels` string [N, C]: the labels in the order of the probabilities, which TFMA expects as
`all_classes`. For a segmenter, they return `mask_bytes` string [N] (PNG in the size of the image
sent; each pixel is one byte, its class's number), `class_fractions` float32 [N, C] and `labels`.
A localizer's outputs are those of a classifier, and `boxes` float32 [N, 4]: ymin, xmin, ymax, xmax
in pixels of the image sent, from its upper left corner.
`heat_maps` returns a classifier's outputs, and `score_maps` float32 [N, h, w, C], zero outside an
image: pooled, they are calibrated logits; `map_sizes` int32 [N, 2], an image's own positions;
`strides` int32 [N, 2], the pixels from one to the next in the scaled image, whose size is
`scaled_sizes` int32 [N, 2]; `origins` float32 [N, 2], the pixels from its edges to the centre of
what the first position looks at; `sent_sizes` int32 [N, 2]; and `seen_boxes` float32 [N, 4]: top,
left, bottom and right of what the scaled image shows, in pixels of the image sent, and beyond it
where black was added.
`score_tiles` returns `scores` float32 [N, h, w, C], the probabilities of a segmenter's pixels, not
calibrated, or a classifier's score map; `map_sizes`; `strides` int32 [N, 2], the pixels of which
windows must begin at a multiple; `halos` int32 [N, 2], the pixels that a window needs around the
part that is kept; `labels`; and for a classifier `poolings` string [N]: "mean" or "max" of all
positions is the logit.
`plan_tiles` returns `reasons` string [N]: why the answer about the whole image is not that of its
tiles; empty if it is. Then `strides`, `halos`, `poolings` (empty for a segmenter) and `labels` are
as above, `unknown_below` float32 [N] is the experiment's, or 0, `mirrored` bool [N] says whether
probabilities are averaged over the image and its mirror image, and `gives_probabilities` bool [N]
whether `score_tiles` returns some; earlier versions, which lack this output, returned logits.
Only if the experiment asks for it: `unknown` bool [N] of classifiers and localizers (no class has
the probability `serve.unknown_below`), and `confidence_bytes` string [N] of segmenters (a PNG as
the mask; each pixel is the probability of its class times 255). Probabilities are calibrated
unless `serve.calibrated` is false.
The labels are also the asset `labels.txt`. `recipe.json` is the recipe, and `network.json` the
Keras network (network.py). `calibration.json` is there if the probabilities are calibrated.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import keras
import tensorflow as tf

from trainer import tasks
from trainer.calibration import fitting
from trainer.calibration.fitting import Calibration, Pairs
from trainer.config import Recipe, recipe_from_json, recipe_to_json
from trainer.data.preprocessing import DataStatistics
from trainer.export import network as networks
from trainer.export.certainty import Certainty
from trainer.export.signatures import SIZES, ImageModule
from trainer.export.tiled import tiles, tiling
from trainer.models.layers import fix_kernels

LABELS = "labels.txt"
RECIPE = "recipe.json"


def save(
    model: keras.Model,
    statistics: DataStatistics,
    experiment: Recipe,
    folder: str,
    val: tf.data.Dataset | None = None,
) -> None:
    """Writes the trained model with all its signatures.

    Its probabilities are calibrated on the batches `val`, unless the experiment does not want it.
    """
    model = fix_kernels(model)
    module = build_module(model, statistics, experiment)
    # TensorFlow's variables, not Keras's: of those, TF Serving restores copies, and the network
    # reads the originals, which stay empty.
    module.tracked = {"weights": [variable.value for variable in model.variables]}
    texts = {RECIPE: recipe_to_json(experiment), networks.NETWORK: networks.describe(model)}
    fitted = None
    if val is not None and experiment.serve.calibrated:
        fitted = calibrate(module, val, experiment)
    if fitted:
        texts[fitting.ASSET] = fitted.to_json()
    module.certainty = Certainty(
        fitted.temperature if fitted else 1.0,
        experiment.serve.unknown_below,
        experiment.serve.confidence,
    )
    save_module(module, folder, texts)


def build_module(model: keras.Model, statistics: DataStatistics, experiment: Recipe) -> ImageModule:
    """The signatures around the model. Raises what tiling.build_network raises."""
    task, score = tasks.find_task(experiment), tiling.build_network(model, experiment)

    def network(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        return task.activate(score(pixels, sizes))

    module = task.build_module(network, statistics, experiment)
    module.use_layers(model)
    module.whole = module.whole or tiles.find_reason(experiment)
    return module


def calibrate(module: ImageModule, val: tf.data.Dataset, recipe: Recipe) -> Calibration | None:
    """Fits the temperature on batches (inputs, targets); None for a task that chooses no class."""
    images = recipe.train.batch_size * int(val.cardinality())
    return fitting.fit(answer(module, val, recipe), images)


def answer(module: ImageModule, batches: tf.data.Dataset, recipe: Recipe) -> Iterator[Pairs]:
    """A module's probabilities about batches (inputs, targets), and the true classes."""
    task = tasks.find_task(recipe)
    pixels = tf.TensorSpec([None, None, None, recipe.data.channels], tf.float32)
    compute = tf.function(module.compute_outputs, input_signature=[pixels, SIZES])
    for inputs, targets in batches:
        outputs = compute(inputs["image"], inputs["size"]).numpy()
        if pairs := task.pair_answers(outputs, targets.numpy()):
            yield pairs


def read_calibration(folder: str) -> Calibration | None:
    """How the SavedModel in a folder was calibrated; None if it was not."""
    path = f"{folder}/assets/{fitting.ASSET}"
    if not tf.io.gfile.exists(path):
        return None
    with tf.io.gfile.GFile(path) as file:
        return fitting.read(file.read())


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
        root = tf.Module()  # Of the module itself, TensorFlow would trace all functions once more.
        root.files = [tf.saved_model.Asset(str(Path(scratch, name))) for name in files]
        for name, value in module.tracked.items():
            setattr(root, name, value)
        tf.saved_model.save(root, folder, signatures=module.trace_signatures())
