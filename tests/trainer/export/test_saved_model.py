"""The SavedModel: its signatures agree with each other, and it needs none of this code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from tests.fakes import image_files, tiny
from trainer.export import network, saved_model
from trainer.learning import training

SIZES = [(17, 33), (48, 20), (1, 1), (16, 16)]
IMAGES = [tiny.pixels(*size, seed) for seed, size in enumerate(SIZES)]
BYTES = [tiny.png(image) for image in IMAGES]
CLASSIFIERS = ("serving_default", "predict_pixels", "predict_padded_pixels", "evaluate_examples")


@pytest.fixture(scope="module", params=["conv", "dense"])
def folder(request, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("saved"))
    saved_model.save(tiny.model_of(request.param), tiny.STATISTICS, tiny.EXPERIMENT, folder)
    return folder


@pytest.fixture(scope="module")
def saved(folder):
    return tf.saved_model.load(folder)


def ask(saved, signature, **inputs):
    """The signature's outputs, as NumPy arrays."""
    tensors = {name: tf.constant(value) for name, value in inputs.items()}
    return {name: out.numpy() for name, out in saved.signatures[signature](**tensors).items()}


def alone(saved):
    """Each image by itself, as pixels."""
    single = [
        ask(saved, "predict_pixels", pixels=image[None].astype("float32")) for image in IMAGES
    ]
    return np.concatenate([outputs["probabilities"] for outputs in single])


def test_a_session_gives_the_same_answers_as_it_does_in_tf_serving(folder, saved):
    pixels = IMAGES[0][None].astype("float32")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        signatures = tf.compat.v1.saved_model.load(session, ["serve"], folder).signature_def
        signature = signatures["predict_pixels"]
        output = signature.outputs["probabilities"].name
        found = session.run(output, {signature.inputs["pixels"].name: pixels})

    expected = ask(saved, "predict_pixels", pixels=pixels)["probabilities"]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_all_signatures_share_one_copy_of_the_network_and_one_of_its_map(folder):
    meta, *_ = saved_model_pb2.SavedModel.FromString(
        Path(folder, "saved_model.pb").read_bytes()
    ).meta_graphs
    functions = [function.node_def for function in meta.graph_def.library.function]
    nodes = [meta.graph_def.node, *functions]
    found = sum(node.op == "Conv2D" for graph in nodes for node in graph)

    layers = network.read(folder).layers
    assert 0 < found <= 2 * sum(isinstance(layer, keras.layers.Conv2D) for layer in layers)


def test_the_state_of_the_optimizer_is_not_saved(tmp_path):
    model = tiny.model_of("conv")
    training.compile_model(model, 1, tiny.EXPERIMENT)
    model.optimizer.build(model.trainable_variables)
    saved_model.save(model, tiny.STATISTICS, tiny.EXPERIMENT, str(tmp_path))

    names = [name for name, _ in tf.train.list_variables(f"{tmp_path}/variables/variables")]

    assert len(names) == len(model.variables) + 1  # The tree of objects.


def examples():
    return [tiny.example(image, "red") for image in IMAGES]


def padded(fill):
    """All images in one batch, on a background."""
    pixels = np.full((len(IMAGES), 50, 40, 3), fill, "float32")
    for row, image in zip(pixels, IMAGES, strict=True):
        row[: image.shape[0], : image.shape[1]] = image
    return {"pixels": pixels, "sizes": np.array(SIZES, "int32")}


def test_files_in_one_request_get_the_answers_that_each_gets_alone(saved):
    together = ask(saved, "serving_default", image_bytes=BYTES)["probabilities"]

    np.testing.assert_allclose(together, alone(saved), atol=1e-4)


@pytest.mark.parametrize("side", [-5, 0, 49, 2**31 - 1])
def test_sizes_outside_the_pixels_are_refused(saved, side):
    pixels = np.zeros((2, 48, 48, 3), "float32")
    sizes = np.array([[48, 48], [48, side]], "int32")

    with pytest.raises(tf.errors.InvalidArgumentError, match=rf"(?s){side}.*48 48"):
        ask(saved, "predict_padded_pixels", pixels=pixels, sizes=sizes)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("signature", ["predict_pixels", "predict_padded_pixels"])
def test_pixels_that_are_not_numbers_are_refused(saved, signature, value):
    inputs = {"pixels": np.full((1, 16, 16, 3), value, "float32")}
    if signature == "predict_padded_pixels":
        inputs["sizes"] = np.array([[16, 16]], "int32")

    with pytest.raises(tf.errors.InvalidArgumentError, match="NaN or infinity"):
        ask(saved, signature, **inputs)


def test_a_size_is_needed_for_each_image(saved):
    pixels = np.zeros((2, 16, 16, 3), "float32")

    with pytest.raises(tf.errors.InvalidArgumentError):
        ask(saved, "predict_padded_pixels", pixels=pixels, sizes=np.array([[16, 16]], "int32"))


def test_a_file_of_too_many_pixels_is_refused_before_it_is_decoded(saved):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)60000.*60000.*1000000"):
        ask(saved, "serving_default", image_bytes=[image_files.png_header(60_000, 60_000)])


@pytest.mark.parametrize("fill", [0, 255], ids=["black", "white"])
def test_padded_pixels_get_the_answers_that_each_gets_alone(saved, fill):
    together = ask(saved, "predict_padded_pixels", **padded(fill))["probabilities"]

    np.testing.assert_allclose(together, alone(saved), atol=1e-4)


def test_examples_get_the_answers_of_their_files(saved):
    recorded = ask(saved, "evaluate_examples", examples=examples())
    sent = ask(saved, "serving_default", image_bytes=BYTES)

    np.testing.assert_array_equal(recorded["probabilities"], sent["probabilities"])


def test_the_answers_differ_from_image_to_image(saved):
    assert np.ptp(alone(saved), axis=0).min() > 1e-3


def test_large_files_are_brought_to_the_size_of_training(saved):
    large = tiny.pixels(300, 200)
    small = tf.cast(tiny.limited(large, 48), tf.float32)
    sent = ask(saved, "serving_default", image_bytes=[tiny.png(large)])
    pixels = ask(saved, "predict_pixels", pixels=small[None])

    np.testing.assert_allclose(sent["probabilities"], pixels["probabilities"], atol=1e-5)


def requests():
    return {
        "serving_default": {"image_bytes": BYTES},
        "predict_pixels": {"pixels": padded(0)["pixels"]},
        "predict_padded_pixels": padded(0),
        "evaluate_examples": {"examples": examples()},
    }


@pytest.mark.parametrize("signature", CLASSIFIERS)
def test_each_signature_returns_probabilities_label_and_labels(saved, signature):
    outputs = ask(saved, signature, **requests()[signature])
    best = np.array(tiny.LABELS)[outputs["probabilities"].argmax(1)]

    assert set(outputs) - {"all_classes"} == {"probabilities", "label", "labels"}
    assert outputs["probabilities"].dtype == np.float32
    np.testing.assert_allclose(outputs["probabilities"].sum(1), 1, atol=1e-5)
    assert [label.decode() for label in outputs["label"]] == best.tolist()
    assert outputs["labels"].astype(str).tolist() == [list(tiny.LABELS)] * len(IMAGES)


def test_only_evaluation_gets_the_labels_as_all_classes(saved):
    outputs = ask(saved, "evaluate_examples", examples=examples())

    np.testing.assert_array_equal(outputs["all_classes"], outputs["labels"])
    for signature in set(CLASSIFIERS) - {"evaluate_examples"}:
        assert "all_classes" not in saved.signatures[signature].structured_outputs


def test_examples_fall_into_the_quantiles_of_their_sizes(saved):
    """Boundaries 30 and 40: an image on one belongs to the bucket above it."""
    sides = [(29, 29), (30, 30), (39, 39), (20, 80), (90, 90), (10, 80)]
    serialized = [tiny.example(tiny.pixels(*size), "red") for size in sides]
    outputs = ask(saved, "transform_features", examples=serialized)

    assert outputs["size_bucket"].tolist() == [0, 1, 1, 2, 2, 0]
    assert outputs["size_bucket"].dtype == np.int64


def test_the_labels_are_an_asset(folder):
    listed = Path(folder, "assets", "labels.txt").read_text(encoding="utf-8")

    assert listed.splitlines() == list(tiny.LABELS)


def test_bytes_that_are_not_an_image_are_an_invalid_argument(saved):
    with pytest.raises(tf.errors.InvalidArgumentError):
        ask(saved, "serving_default", image_bytes=[BYTES[0], b"<html>"])


def test_inputs_have_the_names_that_clients_send(saved):
    inputs = {
        name: set(signature.structured_input_signature[1])
        for name, signature in saved.signatures.items()
    }

    assert inputs == {
        "serving_default": {"image_bytes"},
        "predict_pixels": {"pixels"},
        "predict_padded_pixels": {"pixels", "sizes"},
        "evaluate_examples": {"examples"},
        "transform_features": {"examples"},
        "plan_tiles": {"sizes"},
        "heat_maps": {"image_bytes"},
        "score_tiles": {"pixels", "sizes"},
    }


STRANGER = """
import sys
import tensorflow as tf
saved = tf.saved_model.load({folder!r})
outputs = saved.signatures["serving_default"](tf.constant([{encoded!r}]))
assert not any(name.split(".")[0] in ("trainer", "keras") for name in sys.modules)
print(outputs["probabilities"].numpy().tolist())
"""


def test_another_process_can_load_it_without_this_code(folder, saved, tmp_path):
    code = STRANGER.format(folder=folder, encoded=BYTES[0])
    command = [sys.executable, "-c", code]
    answered = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert answered.returncode == 0, answered.stderr
    expected = ask(saved, "serving_default", image_bytes=BYTES[:1])["probabilities"]
    np.testing.assert_allclose(json.loads(answered.stdout), expected, atol=1e-6)


def test_labels_are_read_as_they_were_written(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "labels.txt").write_text("ap\u0085ple\nréd\n", encoding="utf-8")

    assert saved_model.read_labels(str(tmp_path)) == ["ap\u0085ple", "réd"]
