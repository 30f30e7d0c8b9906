"""Tiny SavedModels with the signatures of trainer/export, for the tests of serving."""

from __future__ import annotations

import functools
import io
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from serving.server.local import Server
from serving.server.models.warmup import RECORDS

LABELS = ("red", "green", "blue")


class ColourClassifier(tf.Module):
    """Says which colour an image has most of."""

    def __init__(self, labels_file: Path, labels=LABELS):
        super().__init__()
        self.asset = tf.saved_model.Asset(str(labels_file))
        self.labels = labels

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])
    def classify(self, image_bytes):
        means = tf.map_fn(mean_colour, image_bytes, fn_output_signature=tf.float32)
        return self.name_classes(means)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, None, 3], tf.float32, "pixels"),
            tf.TensorSpec([None, 2], tf.int32, "sizes"),
        ]
    )
    def classify_pixels(self, pixels, sizes=tf.constant(np.zeros((0, 2), np.int32))):  # noqa: B008
        means = tf.reduce_mean(pixels, [1, 2])
        return {**self.name_classes(means), "sizes_given": tf.shape(sizes)[:1]}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])
    def echo(self, image_bytes):
        """A single output, binary: what a segmenter's mask is."""
        return {"mask_bytes": image_bytes}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32, "length")])
    def zeros(self, length):
        """As many floats as asked for: large responses, and outputs that are no rows."""
        return {"values": tf.zeros([length[0]]), "nan": tf.constant([np.nan])}

    def name_classes(self, means):
        labels = tf.constant(self.labels)
        return {
            "probabilities": tf.nn.softmax(means / 16.0),
            "label": tf.gather(labels, tf.argmax(means, axis=-1)),
            "labels": tf.tile(labels[tf.newaxis], [tf.shape(means)[0], 1]),
        }


def mean_colour(encoded):
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    pixels = tf.cast(tf.ensure_shape(image, [None, None, 3]), tf.float32)
    return tf.reduce_mean(pixels, [0, 1])


def publish(model_folder: Path, version: int, labels=LABELS) -> Path:
    """Writes a version as Pusher does: complete when its name is an integer."""
    partial = model_folder / f".{version}.partial"
    shutil.copytree(Path(build(labels).name) / "model", partial)
    return partial.rename(model_folder / str(version))


@functools.cache
def build(labels) -> tempfile.TemporaryDirectory:
    """Saved once for a process, copied from then on."""
    folder = tempfile.TemporaryDirectory()
    labels_file = Path(folder.name) / "labels.txt"
    labels_file.write_text("\n".join(labels) + "\n", encoding="utf-8")
    model = ColourClassifier(labels_file, labels)
    signatures = {
        "serving_default": model.classify,
        "predict_pixels": model.classify_pixels,
        "echo": model.echo,
        "zeros": model.zeros,
    }
    tf.saved_model.save(model, f"{folder.name}/model", signatures=signatures)
    return folder


def publish_broken(model_folder: Path, version: int) -> Path:
    """A version whose SavedModel cannot be read."""
    folder = model_folder / str(version)
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"not a SavedModel")
    return folder


def record_warm_up(folder: Path, *images):
    """Writes TF Serving's file of warm-up requests, one image each."""
    (folder / RECORDS).parent.mkdir()
    with tf.io.TFRecordWriter(str(folder / RECORDS)) as writer:
        for image in images:
            request = predict_pb2.PredictRequest()
            request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto([image]))
            predict_log = prediction_log_pb2.PredictLog(request=request)
            log = prediction_log_pb2.PredictionLog(predict_log=predict_log)
            writer.write(log.SerializeToString())


@contextmanager
def served(root: Path, name="colours", **options):
    """A server on free ports, once its model answers."""
    with Server(root, grpc_port=0, rest_port=0, poll_seconds=0.1, **options) as server:
        server.wait_until_available(name, timeout=60)
        yield server


def draw(colour, width=8, height=6, kind="PNG", mode="RGB", **options) -> bytes:
    """An encoded image of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).convert(mode).save(stream, kind, **options)
    return stream.getvalue()
