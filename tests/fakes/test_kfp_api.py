"""The server that the tests of `fcn schedule` talk to refuses what the description does."""

import httpx
import pytest

from tests.fakes.kfp_api import KfpApi

PREFIX = "/apis/v2beta1"
RUN = {"display_name": "a", "experiment_id": "e"}


@pytest.fixture
def api():
    with KfpApi() as api:
        yield api
        api.violations.clear()


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        pytest.param("GET", "/pipelinez", None, "no such operation", id="path"),
        pytest.param("PUT", "/pipelines", None, "", id="method"),
        pytest.param("GET", "/pipelines?size=1", None, "unknown query parameter size", id="query"),
        pytest.param("GET", "/pipelines?page_size=x", None, "no number", id="query-type"),
        pytest.param("POST", "/runs", None, "body is missing", id="no-body"),
        pytest.param("POST", "/runs", {**RUN, "name": 1}, "unknown field body.name", id="field"),
        pytest.param("POST", "/runs", {"display_name": 1}, "body.display_name is 1", id="type"),
        pytest.param("POST", "/runs", {"state": "DONE"}, "body.state is 'DONE'", id="enumeration"),
        pytest.param("POST", "/runs", {"runtime_config": []}, "not an object", id="object"),
        pytest.param(
            "POST", "/recurringruns", {"max_concurrency": 1}, "max_concurrency is 1", id="int64"
        ),
        pytest.param("POST", "/recurringruns", {"no_catchup": "true"}, "not bool", id="boolean"),
        pytest.param("POST", "/pipelines/upload", None, "uploadfile is missing", id="no-file"),
    ],
)
def test_a_request_that_the_description_does_not_allow_is_a_violation(
    api, method, path, body, said
):
    answer = httpx.request(method, api.url + PREFIX + path, json=body)

    assert answer.status_code in (400, 404, 501)
    assert said in " ".join(api.violations)


def test_a_violation_fails_the_test():
    with pytest.raises(AssertionError), KfpApi() as api:
        httpx.get(f"{api.url}{PREFIX}/pipelines?size=1")
