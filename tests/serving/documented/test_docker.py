"""https://www.tensorflow.org/tfx/serving/docker: the first request of most users."""


def test_tensorflow_serving_with_docker_query_the_model_using_the_predict_api(http):
    answer = http.post("/half_plus_two:predict", content='{"instances": [1.0, 2.0, 5.0]}')

    assert answer.json() == {"predictions": [2.5, 3.0, 4.5]}
