"""The bodies of `:classify` and `:regress`: examples with named features.

https://www.tensorflow.org/tfx/serving/api_rest#classify_and_regress_api; the errors are those of
tensorflow_serving/util/json_tensor.cc.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import orjson

from serving.server.request_errors import BadInput
from serving.server.rest.json_documents import name_type, parse_object, quote
from serving.server.rest.json_tensors import decode_string, is_base64
from serving.server.rest.predict_json import read_signature_name

BYTES, FLOATS, INTEGERS = "bytes_list", "float_list", "int64_list"  # Fields of tf.train.Feature.


class Feature(NamedTuple):
    """The values of a feature, and the field of tf.train.Feature that takes them."""

    kind: str
    values: list[Any]


Features = dict[str, Feature]


class ExamplesBody(NamedTuple):
    """What the body of a request contains. `context` has features that all examples share."""

    signature_name: str
    examples: list[Features]
    context: Features | None


def read_examples(encoded: bytes) -> ExamplesBody:
    """The examples of a body. Raises BadInput."""
    body = parse_object(encoded)
    name = read_signature_name(body)
    context = _read_features(body["context"]) if "context" in body else None
    examples = body.get("examples")
    if "examples" not in body:
        problem = "When method is classify, key 'examples' is expected and was not found"
    elif not isinstance(examples, list):
        problem = "Expecting 'examples' value to be an list/array"
    elif not examples:
        problem = "'examples' value is an empty array"
    else:
        return ExamplesBody(name, [_read_features(example) for example in examples], context)
    raise BadInput(f"JSON Value: {quote(body)} {problem}")


def write_classifications(results: Iterable[list[tuple[bytes, float]]]) -> bytes:
    """The body of the answer: for each example, pairs of label and score. Raises BadInput."""
    rows = [
        [[label.decode("utf-8", "replace"), np.float32(score)] for label, score in classes]
        for classes in results
    ]
    if not rows:
        raise BadInput("Cannot convert empty ClassificationResults to JSON")
    return _dump(rows)


def write_regressions(values: Iterable[float]) -> bytes:
    """The body of the answer: a number for each example. Raises BadInput."""
    rows = [np.float32(value) for value in values]
    if not rows:
        raise BadInput("Cannot convert empty RegressionResults to JSON")
    return _dump(rows)


def _dump(rows: list[Any]) -> bytes:
    return orjson.dumps({"results": rows}, option=orjson.OPT_SERIALIZE_NUMPY)


def _read_features(example: Any) -> Features:
    if not isinstance(example, dict):
        raise BadInput(f"Example must be JSON object but got JSON {name_type(example)}")
    return {name: _read_feature(name, content) for name, content in example.items()}


def _read_feature(name: str, content: Any) -> Feature:
    values = content if isinstance(content, list) else [content]
    read = [_read_value(name, value) for value in values]
    kinds = {kind for kind, _ in read}
    if len(kinds) > 1:
        raise BadInput(
            f"Unexpected element type in feature: {name} expecting type: "
            f"{read[0][0].partition('_')[0]}"
        )
    return Feature(kinds.pop() if kinds else "", [value for _, value in read])


def _read_value(name: str, value: Any) -> tuple[str, Any]:
    if isinstance(value, float):
        return FLOATS, value
    if isinstance(value, int):  # And bool, which is an int.
        if value >= 2**63:
            raise BadInput(f"Feature: {name} has uint64_t element. Only int64_t is supported.")
        return INTEGERS, int(value)
    if isinstance(value, str) or is_base64(value):
        return BYTES, decode_string(value)
    raise BadInput(f"Feature: {name} has element with unexpected JSON type: {name_type(value)}")
