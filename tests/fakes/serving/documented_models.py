"""SavedModels that answer the requests which TF Serving's pages print without a model."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

v1 = tf.compat.v1
CLASSIFY, PREDICT = "tensorflow/serving/classify", "tensorflow/serving/predict"


def publish_digits(folder: Path) -> None:
    """As mnist_saved_model.py exports it: pixel k of 784 is how much an image looks like k."""
    with tf.Graph().as_default():
        encoded = v1.placeholder(tf.string, [None], "tf_example")
        parsed = v1.parse_example(encoded, {"x": v1.FixedLenFeature([784], tf.float32)})
        x = tf.identity(parsed["x"])
        y = tf.nn.softmax(tf.matmul(x, tf.eye(784, 10)))
        values, digits = tf.nn.top_k(y, 10)
        signatures = {
            "predict_images": declare(PREDICT, {"images": x}, {"scores": y}),
            "serving_default": declare(
                CLASSIFY, {"inputs": encoded}, {"classes": tf.as_string(digits), "scores": values}
            ),
        }
        save(folder / "1", signatures)


def publish_objects(folder: Path) -> None:
    """The class of an image is its caption; the score is the number of its bytes."""
    with tf.Graph().as_default():
        encoded = v1.placeholder(tf.string, [None], "tf_example")
        features = {name: v1.FixedLenFeature([1], tf.string) for name in ("image", "caption")}
        parsed = v1.parse_example(encoded, features)
        sizes = tf.cast(tf.strings.length(parsed["image"]), tf.float32)
        outputs = {"classes": parsed["caption"], "scores": sizes}
        save(folder / "1", {"classify_objects": declare(CLASSIFY, {"inputs": encoded}, outputs)})


def publish_readings(folder: Path) -> None:
    """Three named inputs as in the page's example, and signatures with a single input."""
    with tf.Graph().as_default():
        tag = v1.placeholder(tf.string, [None])
        signal = v1.placeholder(tf.float32, [None, 5])
        sensor = v1.placeholder(tf.float32, [None, 2, 2])
        pair = v1.placeholder(tf.float32, [None, 1, 2])
        total = tf.reduce_sum(signal, 1) + tf.reduce_sum(sensor, [1, 2])
        inputs = {"tag": tag, "signal": signal, "sensor": sensor}
        signatures = {
            "serving_default": declare(PREDICT, inputs, {"tag": tf.identity(tag), "total": total}),
            "count": declare(PREDICT, {"word": tag}, {"letters": tf.strings.length(tag)}),
            "sum": declare(PREDICT, {"pair": pair}, {"sum": tf.reduce_sum(pair, [1, 2])}),
            "copy": declare(PREDICT, {"word": tag}, {"word_bytes": tf.identity(tag)}),
        }
        save(folder / "1", signatures)


def declare(method, inputs, outputs):
    infos = [
        {name: v1.saved_model.build_tensor_info(tensor) for name, tensor in named.items()}
        for named in (inputs, outputs)
    ]
    return v1.saved_model.build_signature_def(*infos, method)


def save(folder, signatures):
    with v1.Session() as session:
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()
