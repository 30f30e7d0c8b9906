"""The REST client when the server, or a proxy before it, fails or refuses."""

import httpx
import pytest

from serving.client import NotTFServing, RequestRejected, ServerUnavailable
from serving.client.rest_client import RestClient


def client_answering(answer, **options):
    transport = httpx.MockTransport(answer)
    return RestClient("http://server", "colours", transport=transport, **options)


def test_a_failing_server_is_retried_until_it_answers():
    answers = [httpx.Response(503), httpx.Response(200, json={"model_version_status": []})]

    assert client_answering(lambda _: answers.pop(0)).list_versions() == []
    assert not answers


def test_attempts_are_as_many_as_configured():
    attempts = []

    def fail(request):
        attempts.append(request)
        return httpx.Response(500, json={"error": "broken graph"})

    with pytest.raises(ServerUnavailable, match="broken graph"):
        client_answering(fail, attempts=2).list_versions()
    assert len(attempts) == 2


def test_a_rejected_request_is_not_retried():
    answers = [httpx.Response(404, json={"error": "no such model"})]

    with pytest.raises(RequestRejected, match="no such model"):
        client_answering(lambda _: answers.pop(0)).list_versions()


def test_an_answer_that_is_not_tf_servings_is_refused_by_its_address():
    page = httpx.Response(200, text="<html>Welcome</html>")

    with pytest.raises(NotTFServing, match="http://server/v1/models/colours"):
        client_answering(lambda _: page).list_versions()
