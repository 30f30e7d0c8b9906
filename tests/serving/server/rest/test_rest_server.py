"""TF Serving's REST interface over sockets, with requests from its documentation."""

import base64
import json
import math

import httpx
import pytest

from tests.fakes import saved_models


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with (
        saved_models.served(root) as server,
        httpx.Client(base_url=f"http://localhost:{server.rest_port}/v1/models") as client,
    ):
        yield client


def b64(content):
    return {"b64": base64.b64encode(content).decode()}


RED, BLUE = b64(saved_models.draw("red", 9, 4)), b64(saved_models.draw("blue", 30, 31))


@pytest.mark.parametrize("path", ["/colours:predict", "/colours/versions/7:predict"])
def test_instances_are_answered_by_a_list_of_objects(http, path):
    response = http.post(path, json={"instances": [RED, {"b64": BLUE["b64"]}]})

    predictions = response.json()["predictions"]
    assert [prediction["label"] for prediction in predictions] == ["red", "blue"]
    assert predictions[0].keys() == {"label", "labels", "probabilities"}


def test_instances_may_name_their_inputs(http):
    response = http.post("/colours:predict", json={"instances": [{"image_bytes": RED}]})

    assert response.json()["predictions"][0]["label"] == "red"


@pytest.mark.parametrize("inputs", [[RED, BLUE], {"image_bytes": [RED, BLUE]}])
def test_inputs_are_answered_by_an_object_of_columns(http, inputs):
    response = http.post("/colours:predict", json={"inputs": inputs})

    assert response.json()["outputs"]["label"] == ["red", "blue"]
    assert response.json()["outputs"]["labels"] == [["red", "green", "blue"]] * 2


@pytest.mark.parametrize(("key", "answer"), [("instances", "predictions"), ("inputs", "outputs")])
def test_a_single_output_has_no_name_and_bytes_travel_as_base64(http, key, answer):
    body = {"signature_name": "echo", key: ["plain", b64(b"\xff\x00")]}

    response = http.post("/colours:predict", json=body)

    assert response.json() == {answer: [b64(b"plain"), b64(b"\xff\x00")]}


def test_floats_keep_their_own_digits_and_nan_is_written_as_such(http):
    body = {"signature_name": "predict_pixels", "instances": [[[[0.0, 0.0, 0.0]]]]}

    floats = http.post("/colours:predict", json=body)
    nan = http.post("/colours:predict", json={"signature_name": "zeros", "inputs": [1]})

    assert "[0.33333334,0.33333334,0.33333334]" in floats.text
    assert math.isnan(json.loads(nan.text)["outputs"]["nan"][0])


PIXEL = [[[1, 2, 3]]]
PIXELS = {"signature_name": "predict_pixels"}
ZEROS = {"signature_name": "zeros"}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param("{", "JSON Parse error", id="no-json"),
        pytest.param({"inputs": ["!"]}, "image", id="no-image"),
        pytest.param({**ZEROS, "instances": [5]}, "inconsistent batch size", id="no-rows"),
    ],
)
def test_a_wrong_body_is_a_400_that_names_what_is_wrong(http, content, named):
    encoded = content if isinstance(content, str) else json.dumps(content)

    response = http.post("/colours:predict", content=encoded)

    assert response.status_code == 400
    assert named in response.json()["error"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/roses", "any versions of model roses"),
        ("/colours/versions/8", "version 8 of model colours"),
        ("/roses/metadata", "Latest(roses)"),
        ("/colours/versions/8/metadata", "Specific(colours, 8)"),
    ],
)
def test_an_unknown_model_or_version_is_a_404_that_names_it(http, path, named):
    response = http.get(path)

    assert response.status_code == 404
    assert named in response.json()["error"]


def test_predicting_with_a_model_that_is_not_there_is_a_404(http):
    assert http.post("/roses:predict", json={"instances": [RED]}).status_code == 404
    assert http.post("/colours/versions/8:predict", json={"instances": [RED]}).status_code == 404


@pytest.mark.parametrize("path", ["/colours", "/colours/versions/7"])
def test_the_status_is_written_as_tf_serving_writes_it(http, path):
    available = {
        "version": "7",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }

    assert http.get(path).json() == {"model_version_status": [available]}


@pytest.mark.parametrize("path", ["/colours/metadata", "/colours/versions/7/metadata"])
def test_the_metadata_contain_the_signatures(http, path):
    answer = http.get(path).json()

    signatures = answer["metadata"]["signature_def"]["signature_def"]
    assert answer["model_spec"] == {"name": "colours", "signature_name": "", "version": "7"}
    assert signatures["serving_default"]["inputs"]["image_bytes"]["dtype"] == "DT_STRING"
    pixels = signatures["predict_pixels"]["inputs"]["pixels"]
    assert pixels["tensor_shape"]["dim"][3] == {"size": "3", "name": ""}
    assert signatures["serving_default"]["defaults"] == {}
