"""The SavedModel that is served: its signatures are the contract with every client.

`serving_default`       image_bytes, string [N]: files, each of its own size
`predict_pixels`        pixels, float32 [N, H, W, 3] in 0..255
`predict_padded_pixels` pixels, and sizes, int32 [N, 2]: heights and widths without the padding
`evaluate_examples`     examples, string [N]: serialized tf.Examples
`transform_features`    examples, string [N]: the size bucket of each, for slices

All but the last return a classifier's `probabilities` float32 [N, C], `label` string [N] and
`labels` string [N, C]: the labels in the order of the probabilities, which TFMA expects as
`all_classes`. For a segmenter, they return `mask_bytes` string [N] (PNG in the size of the image
sent; each pixel is one byte, its class's number), `class_fractions` float32 [N, C] and `labels`.
The labels are also the asset `labels.txt`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from trainer import tasks
from trainer.config import Recipe
from trainer.data.preprocessing import DataStatistics
from trainer.models.layers import fix_kernels

LABELS = "labels.txt"


def save(model: keras.Model, statistics: DataStatistics, experiment: Recipe, folder: str) -> None:
    """Writes the trained model with all its signatures."""
    task, model = tasks.find_task(experiment), fix_kernels(model)

    def network(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        return task.activate(model({"image": pixels, "size": sizes}, training=False))

    module = task.build_module(network, statistics, experiment)
    # TensorFlow's variables, not Keras's: of those, TF Serving restores copies, and the network
    # reads the originals, which stay empty.
    module.weights = [variable.value for variable in model.variables]
    save_module(module, folder)


def read_labels(folder: str) -> list[str]:
    """The labels of the SavedModel in a folder, in the order of its outputs."""
    with tf.io.gfile.GFile(f"{folder}/assets/{LABELS}") as file:
        return file.read().split("\n")[:-1]  # splitlines() would also split at U+0085 in a label.


def save_module(module: tf.Module, folder: str) -> None:
    """Writes the SavedModel of a module with signatures, with its labels as an asset."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, LABELS)
        path.write_text("".join(f"{label}\n" for label in module.labels), encoding="utf-8")
        module.labels_asset = tf.saved_model.Asset(str(path))
        tf.saved_model.save(module, folder, signatures=module.trace_signatures())
