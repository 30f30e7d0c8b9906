"""Writes the requests that a server answers before a version becomes available.

TF Serving and the local server read them: https://www.tensorflow.org/tfx/serving/saved_model_warmup.
The first request of a size is slow, since libraries choose their kernels then. So each signature
gets the sizes that divide the training images into quantiles, as the model sees them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import model_pb2, predict_pb2, prediction_log_pb2

from components import signature_defs
from trainer.data import images

FILE = "assets.extra/tf_serving_warmup_requests"
MAX_REQUESTS = 1000  # TF Serving refuses to load a model with more.

Inputs = dict[str, tf.Tensor]
Signatures = dict[str, meta_graph_pb2.SignatureDef]  # By name.


def write(folder: str, name: str, encoded: Sequence[bytes], sides: Sequence[int]) -> None:
    """Writes requests for each signature of the SavedModel that clients call.

    `encoded` are images as clients send them, `sides` the heights and widths of further ones.
    """
    path = f"{folder}/{FILE}"
    tf.io.gfile.makedirs(path.rpartition("/")[0])
    known = _read_signatures(folder)
    squares = _make_squares(encoded[0], sides, _find_channels(known))
    requests = {
        "serving_default": _make_encoded(encoded, sides),
        "predict_pixels": _make_pixels(squares),
        "predict_padded_pixels": _make_padded(squares),
    }
    entries = [(key, inputs) for key in requests if key in known for inputs in requests[key]]
    with tf.io.TFRecordWriter(path) as writer:
        for signature, inputs in entries[:MAX_REQUESTS]:
            writer.write(_to_log(name, signature, inputs).SerializeToString())


def choose_sides(boundaries: Sequence[float], max_side: int) -> list[int]:
    """The sides of squares between the sizes' quantiles, scaled down to the model's limit."""
    return sorted({max(1, min(round(side), max_side)) for side in boundaries})


def _read_signatures(folder: str) -> Signatures:
    """The signatures of a SavedModel; none of a damaged one, which the server reports."""
    try:
        return signature_defs.read(folder)
    except DecodeError:
        return {}


def _find_channels(known: Signatures) -> int:
    """How many channels the model's pixels have; 3 if it takes none."""
    if "predict_pixels" not in known:
        return 3
    return known["predict_pixels"].inputs["pixels"].tensor_shape.dim[-1].size


def _make_encoded(encoded: Sequence[bytes], sides: Sequence[int]) -> Iterator[Inputs]:
    """One image, several, and one of each side."""
    yield {"image_bytes": tf.constant(encoded[:1])}
    yield {"image_bytes": tf.constant(encoded)}
    for side in sides:
        pixels = tf.cast(tf.round(_resize(encoded[0], side, 3)), tf.uint8)
        yield {"image_bytes": tf.io.encode_jpeg(pixels)[tf.newaxis]}


def _make_squares(encoded: bytes, sides: Sequence[int], channels: int) -> list[tf.Tensor]:
    return [_resize(encoded, side, channels) for side in sides]


def _make_pixels(squares: Sequence[tf.Tensor]) -> Iterator[Inputs]:
    for square in squares:
        yield {"pixels": square[tf.newaxis]}


def _make_padded(squares: Sequence[tf.Tensor]) -> Iterator[Inputs]:
    for square in squares:
        side = square.shape[0]
        sizes = tf.constant([[side, max(1, side // 2)]])
        yield {"pixels": square[tf.newaxis], "sizes": sizes}


def _resize(encoded: bytes, side: int, channels: int) -> tf.Tensor:
    """Pixels [side, side, channels] float32 in 0..255."""
    return tf.image.resize(images.decode(encoded, channels=channels), [side, side])


def _to_log(name: str, signature: str, inputs: Inputs) -> prediction_log_pb2.PredictionLog:
    spec = model_pb2.ModelSpec(name=name, signature_name=signature)
    request = predict_pb2.PredictRequest(model_spec=spec)
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    log = prediction_log_pb2.PredictLog(request=request)
    return prediction_log_pb2.PredictionLog(predict_log=log)
