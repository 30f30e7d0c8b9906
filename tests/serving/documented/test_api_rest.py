"""https://www.tensorflow.org/tfx/serving/api_rest: its requests, and the answers it prints."""

import json
import math

import pytest

STATUS = """{
 "model_version_status": [
  {
   "version": "123",
   "state": "AVAILABLE",
   "status": {
    "error_code": "OK",
    "error_message": ""
   }
  }
 ]
}
"""
HALF = "/saved_model_half_plus_three"
# "Specifying input tensors in row format": `]]` after the second signal is a slip of the page.
ROWS = """
{
 "instances": [
   {
     "tag": "foo",
     "signal": [1, 2, 3, 4, 5],
     "sensor": [[1, 2], [3, 4]]
   },
   {
     "tag": "bar",
     "signal": [3, 4, 1, 2, 5],
     "sensor": [[4, 5], [6, 8]]
   }
 ]
}
"""
COLUMNS = """
{
 "inputs": {
   "tag": ["foo", "bar"],
   "signal": [[1, 2, 3, 4, 5], [3, 4, 1, 2, 5]],
   "sensor": [[[1, 2], [3, 4]], [[4, 5], [6, 8]]]
 }
}
"""
OBJECTS = """
{
  "signature_name": "classify_objects",
  "examples": [
    {
      "image": { "b64": "aW1hZ2UgYnl0ZXM=" },
      "caption": "seaside"
    },
    {
      "image": { "b64": "YXdlc29tZSBpbWFnZSBieXRlcw==" },
      "caption": "mountains"
    }
  ]
}
"""
WHICH = pytest.mark.parametrize(
    ("which", "versions"),
    [
        pytest.param("", ["43", "42"], id="all"),
        pytest.param("/versions/42", ["42"], id="version"),
        pytest.param("/labels/stable", ["42"], id="label"),
        pytest.param("/labels/canary", ["43"], id="another-label"),
    ],
)


def post(http, path, body):
    answer = http.post(path, content=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@WHICH
def test_model_status_api_answers_for_all_versions_one_version_or_a_label(http, which, versions):
    found = http.get(f"/my_first_model{which}").json()["model_version_status"]

    assert [status["version"] for status in found] == versions


@WHICH
def test_model_metadata_api_answers_for_the_latest_version_one_version_or_a_label(
    http, which, versions
):
    found = http.get(f"/my_first_model{which}/metadata").json()

    assert found["model_spec"]["version"] == versions[0]
    assert "serving_default" in found["metadata"]["signature_def"]["signature_def"]


@pytest.mark.parametrize(
    ("which", "values"),
    [
        ("", [3.5, 4.0]),
        ("/versions/42", [2.5, 3.0]),
        ("/labels/stable", [2.5, 3.0]),
        ("/labels/canary", [3.5, 4.0]),
    ],
)
def test_classify_and_regress_api_takes_a_version_or_a_label(http, which, values):
    examples = '"examples": [{"x": 1.0}, {"x": 2.0}]}'
    classified = post(
        http, f"/my_first_model{which}:classify", '{"signature_name": "classify", ' + examples
    )
    regressed = post(
        http, f"/my_first_model{which}:regress", '{"signature_name": "regress", ' + examples
    )

    assert classified == {"results": [[["only", value]] for value in values]}
    assert regressed == {"results": values}


def test_classify_and_regress_api_shares_a_context_between_the_examples(http):
    body = '{"signature_name": "classify_objects", "context": {"caption": "sea"}, "examples": [%s]}'

    answer = post(http, "/objects:classify", body % '{"image": "one"}, {"image": ["three"]}')

    assert answer == {"results": [[["sea", 3.0]], [["sea", 5.0]]]}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('{"signature_name": "count", "instances": [ "foo", "bar", "baz" ]}', [3, 3, 3]),
        ('{"signature_name": "sum", "instances": [ [[1, 2]], [[3, 4]] ]}', [3.0, 7.0]),
        (ROWS, [{"tag": "foo", "total": 25.0}, {"tag": "bar", "total": 38.0}]),
    ],
    ids=["scalars", "nested", "named"],
)
def test_specifying_input_tensors_in_row_format(http, body, answer):
    assert post(http, "/readings:predict", body) == {"predictions": answer}


def test_specifying_input_tensors_in_column_format(http):
    answer = post(http, "/readings:predict", COLUMNS)

    assert answer == {"outputs": {"tag": ["foo", "bar"], "total": [25.0, 38.0]}}


def test_output_of_binary_values(http):
    body = '{"signature_name": "copy", "instances": [{ "b64": "aW1hZ2UgYnl0ZXM=" }]}'

    answer = post(http, "/readings:predict", body)

    assert answer == {"predictions": [{"b64": "aW1hZ2UgYnl0ZXM="}]}


def test_floating_point_precision(http):
    sent = post(http, f"{HALF}:predict", '{"instances": [{"x": 1435774380}]}')
    converted = post(http, f"{HALF}:predict", '{"instances": [{"x": 1435774336}]}')

    assert sent == converted


def test_encoding_binary_values(http):
    answer = post(http, "/objects:classify", OBJECTS)

    assert answer == {"results": [[["seaside", 11.0]], [["mountains", 19.0]]]}


def test_json_conformance(http):
    answer = http.post(f"{HALF}:predict", content='{"instances": [ 1.0, -3.14, NaN, Infinity ]}')

    *finite, nan, infinity = json.loads(answer.text)["predictions"]
    assert finite == pytest.approx([3.5, 1.43])
    assert math.isnan(nan)
    assert infinity == math.inf


def test_make_rest_api_calls_to_model_server_status(http):
    assert http.get(HALF).text.strip() == STATUS.strip()


def test_make_rest_api_calls_to_model_server_predict(http):
    answer = post(http, f"{HALF}:predict", '{"instances": [1.0,2.0,5.0]}')

    assert answer == {"predictions": [3.5, 4.0, 5.5]}


def test_make_rest_api_calls_to_model_server_regress(http):
    body = '{"signature_name": "tensorflow/serving/regress", "examples": [{"x": 1.0}, {"x": 2.0}]}'

    assert post(http, f"{HALF}:regress", body) == {"results": [3.5, 4.0]}


def test_make_rest_api_calls_to_model_server_incorrect_url(http):
    answer = http.post("/half:predict", content='{"instances": [1.0,5.0]}')

    assert (answer.status_code, answer.reason_phrase) == (404, "Not Found")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"error": "Servable not found for request: Latest(half)"}
