"""A TF1 SavedModel with the signatures of an Estimator: predict, classify and regress."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

REGRESS = "tensorflow/serving/regress"
v1 = tf.compat.v1


def publish(
    model_folder: Path, version: int | str, *, slope: float = 0.5, plus: float = 2.0
) -> Path:
    """Half plus two, or another line: y = slope * x + plus, of numbers or of tf.Examples."""
    partial = model_folder / f".{version}.partial"
    with tf.Graph().as_default(), v1.Session() as session:
        weight = v1.get_variable("weight", initializer=slope)
        examples = v1.placeholder(tf.string, [None], "tf_example")
        parsed = v1.parse_example(examples, {"x": v1.FixedLenFeature([1], tf.float32)})
        x = tf.identity(parsed["x"], "x")
        y = tf.add(weight * x, plus, "y")
        names = tf.tile(tf.constant([["only"]]), [tf.shape(y)[0], 1])
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(partial))
        signatures = declare_signatures(examples, x, y, names)
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()
    return partial.rename(model_folder / str(version))


def declare_signatures(examples, x, y, names):
    """One for each method of TF Serving, and a classification without names."""
    build, info = v1.saved_model.build_signature_def, v1.saved_model.build_tensor_info
    rows, numbers = {"inputs": info(examples)}, info(y)
    classified = {"classes": info(names), "scores": numbers}
    return {
        "serving_default": build({"x": info(x)}, {"y": numbers}, "tensorflow/serving/predict"),
        "classify": build(rows, classified, "tensorflow/serving/classify"),
        "scores": build(rows, {"scores": numbers}, "tensorflow/serving/classify"),
        "regress": build(rows, {"outputs": numbers}, REGRESS),
        REGRESS: build(rows, {"outputs": numbers}, REGRESS),  # As in TF Serving's own models.
    }


def example(x: float) -> tf.train.Example:
    """A tf.Example with one number."""
    value = tf.train.Feature(float_list=tf.train.FloatList(value=[x]))
    return tf.train.Example(features=tf.train.Features(feature={"x": value}))
