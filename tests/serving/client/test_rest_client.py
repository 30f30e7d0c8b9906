"""The REST client where the server, or a proxy before it, answers otherwise than it should."""

import httpx
import pytest

from serving.client import RequestRejected, ServerUnavailable
from serving.client.rest_client import RestClient
from tests.fakes.saved_models import draw


def client_answering(answer, **options):
    transport = httpx.MockTransport(answer)
    return RestClient("http://server", "colours", transport=transport, **options)


def test_a_failing_server_is_asked_again_until_it_answers():
    answers = [httpx.Response(503), httpx.Response(200, json={"model_version_status": []})]

    assert client_answering(lambda _: answers.pop(0)).status() == []
    assert not answers


def test_the_tries_are_as_many_as_configured():
    tries = []

    def fail(request):
        tries.append(request)
        return httpx.Response(500, json={"error": "broken graph"})

    with pytest.raises(ServerUnavailable, match="broken graph"):
        client_answering(fail, attempts=2).status()
    assert len(tries) == 2


def test_a_rejected_request_is_not_tried_again():
    answers = [httpx.Response(404, json={"error": "no such model"})]

    with pytest.raises(RequestRejected, match="no such model"):
        client_answering(lambda _: answers.pop(0)).status()


def test_an_answer_that_is_not_tf_servings_is_said_to_be_so():
    page = httpx.Response(200, text="<html>Welcome</html>")

    with pytest.raises(RequestRejected, match="does not answer as TF Serving does"):
        client_answering(lambda _: page).status()


def test_classes_without_names_go_by_their_number():
    outputs = {"label": ["rose"], "probabilities": [[0.25, 0.75]]}
    answer = httpx.Response(200, json={"outputs": outputs})

    (prediction,) = client_answering(lambda _: answer).classify([draw("red")])

    assert prediction.probabilities == {"0": 0.25, "1": 0.75}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"label": ["rose"]}, "1 rows of 'label' came back for 2 images"),
        ({"probabilities": [[0.5, 0.5]] * 3}, "3 rows of 'probabilities' came back for 2 images"),
        ({"labels": [["rose", "tulip"]]}, "1 rows of 'labels' came back for 2 images"),
        ({"labels": [["rose"]] * 2}, "2 values came back for 1 class names"),
    ],
)
def test_an_answer_that_does_not_fit_the_images_is_rejected(changed, reason):
    outputs = {"label": ["rose"] * 2, "probabilities": [[0.25, 0.75]] * 2, **changed}
    answer = httpx.Response(200, json={"outputs": outputs})

    with pytest.raises(RequestRejected, match=reason):
        client_answering(lambda _: answer).classify([draw("red")] * 2)


def test_a_model_that_is_no_classifier_is_said_to_be_so():
    answer = httpx.Response(200, json={"outputs": {"mask_bytes": [], "class_fractions": []}})

    with pytest.raises(RequestRejected, match="is no classifier: no output 'label' among"):
        client_answering(lambda _: answer).classify([draw("red")])
