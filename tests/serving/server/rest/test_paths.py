"""Paths are read as TF Serving's regular expressions read them."""

import pytest

from serving.server.request_errors import BadInput
from serving.server.rest.paths import parse


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("POST", "/v1/models/m:predict", ("m", None, None, "predict")),
        ("POST", "/V1/Models/m/Versions/007:classify", ("m", 7, None, "classify")),
        ("POST", "/v1/models/m/labels/stable:regress", ("m", None, "stable", "regress")),
        ("POST", "/v1/models/a%2Fb:predict", ("a/b", None, None, "predict")),
        ("GET", "/v1/models/m", ("m", None, None, "status")),
        ("GET", "/v1/models/m?x=1", ("m?x=1", None, None, "status")),
        ("GET", "/v1/models/m/versions/9223372036854775807", ("m", 2**63 - 1, None, "status")),
        ("GET", "/v1/models/m/labels/a%20b/metadata", ("m", None, "a b", "metadata")),
    ],
)
def test_a_path_names_the_model_and_what_to_do(method, path, target):
    assert parse(method, path) == target


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models/m:predict"),
        ("GET", "/v1/models/m/"),
        ("GET", "/v1/models/m/versions/new"),
        ("GET", "/v1/models/m/versions/-1"),
        ("GET", "/v1/models/m/versions/1/labels/a"),
        ("POST", "/v1/models/m"),
        ("POST", "/v1/models/m:PREDICT"),
        ("POST", "/v1/models/m:predict?x=1"),
        ("POST", "/v1/models/m:explain"),
        ("PUT", "/v1/models/m:predict"),
    ],
)
def test_every_other_path_is_a_malformed_request(method, path):
    with pytest.raises(BadInput) as refused:
        parse(method, path)

    assert str(refused.value) == f"Malformed request: {method} {path}"


@pytest.mark.parametrize("digits", [str(2**63), "9" * 10_000])
def test_a_version_over_64_bits_is_not_a_number(digits):
    with pytest.raises(BadInput, match=r"Failed to convert version: 9.* to numeric\."):
        parse("GET", f"/v1/models/m/versions/{digits}")


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/metadata/metadata/metadata"])
def test_a_model_must_be_named(path):
    with pytest.raises(BadInput):
        parse("GET", path)
