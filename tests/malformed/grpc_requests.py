"""Malformed gRPC requests, from the messages of PredictionService and ModelService."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf
from grpc import StatusCode
from hypothesis import strategies as st
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    predict_pb2,
    regression_pb2,
)

from tests.malformed.rest_requests import IMAGE, NOT_IMAGES, names

PREDICTION = "/tensorflow.serving.PredictionService/"
MODEL = "/tensorflow.serving.ModelService/"
INVALID = StatusCode.INVALID_ARGUMENT
NOT_FOUND = StatusCode.NOT_FOUND
# TF Serving refuses what does not fit a signature with one or the other.
UNFIT = (INVALID, StatusCode.FAILED_PRECONDITION)


class GrpcRequest(NamedTuple):
    """A message of a method, and the codes that TF Serving may answer."""

    message: Any  # Or bytes.
    method: str = f"{PREDICTION}Predict"
    codes: tuple[StatusCode, ...] = UNFIT


def ask(signature="", inputs=None, **spec) -> predict_pb2.PredictRequest:
    """A good request, but for what is given."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = spec.pop("name", "colours")
    request.model_spec.signature_name = signature
    for name, value in spec.items():
        if name == "version":
            request.model_spec.version.value = value
        else:
            setattr(request.model_spec, name, value)
    for name, tensor in ({"image_bytes": IMAGES} if inputs is None else inputs).items():
        request.inputs[name].CopyFrom(tensor)
    return request


IMAGES = tf.make_tensor_proto([IMAGE])


def make(dtype, shape, **content):
    tensor = tensor_pb2.TensorProto(dtype=dtype, **content)
    for size in shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def ask_pixels(tensor):
    return ask("predict_pixels", {"pixels": tensor})


FLOAT, STRING = 1, 7  # DataType.
shapes = st.lists(st.integers(1, 10**13), min_size=1, max_size=6)
huge = st.lists(st.integers(10**4, 10**13), min_size=4, max_size=4)
other_types = st.sampled_from([2, 3, 4, 5, 6, 8, 9, 10, 14, 17, 19, 20, 22, 23])
unknown_types = st.integers(30, 99) | st.integers(130, 2**31 - 1) | st.just(0)

tensors = st.one_of(
    huge.map(lambda shape: make(FLOAT, shape, float_val=[1.0])),
    huge.map(lambda shape: make(FLOAT, shape)),
    shapes.map(lambda shape: make(FLOAT, [*shape, 2], tensor_content=b"123")),
    st.integers(1, 2**62).map(lambda size: make(FLOAT, [1, 1, 1, -size], float_val=[1.0])),
    st.integers(0, 2).map(lambda rank: make(FLOAT, [3] * rank, float_val=[1.0])),
    st.integers(4, 9).map(lambda count: make(FLOAT, [1, 1, 1, 3], float_val=[1.0] * count)),
    other_types.map(lambda dtype: make(dtype, [1, 1, 1, 3])),
    unknown_types.map(lambda dtype: make(dtype, [1, 1, 1, 3], float_val=[1.0])),
    st.binary(max_size=20).map(lambda junk: make(STRING, [1], string_val=[junk])),
)

predictions = st.one_of(
    tensors.map(ask_pixels),
    NOT_IMAGES.map(lambda data: ask(inputs={"image_bytes": tf.make_tensor_proto([data])})),
    st.integers(0, 9).map(lambda width: ask(inputs={"image_bytes": make(FLOAT, [width])})),
    names.map(lambda name: ask(inputs={name: IMAGES})),
    names.map(lambda name: ask(inputs={"image_bytes": IMAGES, name: IMAGES})),
    st.just(ask(inputs={})),
    names.map(lambda name: ask(name)),
    names.map(lambda name: ask(version_label=name)),
)
missing = st.one_of(
    names.map(lambda name: ask(name=name)),
    st.integers(8, 2**63 - 1).map(lambda version: ask(version=version)),
    st.integers(-(2**63), 6).map(lambda version: ask(version=version)),
)


def filter_outputs(name):
    request = ask()
    request.output_filter.append(name)
    return request


def name_model(message, name="colours"):
    message.model_spec.name = name
    return message


def task(method):
    request = inference_pb2.MultiInferenceRequest()
    request.tasks.add(method_name=method).model_spec.name = "colours"
    return request


others = st.one_of(
    st.just((name_model(classification_pb2.ClassificationRequest()), f"{PREDICTION}Classify")),
    st.just((name_model(regression_pb2.RegressionRequest()), f"{PREDICTION}Regress")),
    st.just((classification_pb2.ClassificationRequest(), f"{PREDICTION}Classify")),
    names.map(lambda name: (task(name), f"{PREDICTION}MultiInference")),
    st.just(
        (
            name_model(get_model_metadata_pb2.GetModelMetadataRequest()),
            f"{PREDICTION}GetModelMetadata",
        )
    ),
    st.just((ask(name=""), f"{PREDICTION}Predict")),
    names.map(lambda name: (filter_outputs(name), f"{PREDICTION}Predict")),
)
no_messages = st.binary(min_size=1, max_size=99).map(lambda junk: b"\xff\xff" + junk)

requests = st.one_of(
    predictions.map(GrpcRequest),
    missing.map(lambda message: GrpcRequest(message, codes=(NOT_FOUND,))),
    others.map(lambda pair: GrpcRequest(*pair, codes=(*UNFIT, StatusCode.UNIMPLEMENTED))),
    names.map(
        lambda name: GrpcRequest(
            name_model(get_model_status_pb2.GetModelStatusRequest(), name),
            f"{MODEL}GetModelStatus",
            (NOT_FOUND,),
        )
    ),
    no_messages.map(lambda junk: GrpcRequest(junk, codes=(StatusCode.INTERNAL,))),
    names.map(lambda name: GrpcRequest(b"", f"{PREDICTION}{name}", (StatusCode.UNIMPLEMENTED,))),
)
