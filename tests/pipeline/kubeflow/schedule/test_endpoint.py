"""Addresses that serve the API with a trusted certificate, and those that do not."""

import pytest

from pipeline.kubeflow.schedule import client
from pipeline.kubeflow.schedule.endpoint import TOKEN, Endpoint, check_address
from pipeline.kubeflow.schedule.errors import (
    RejectedError,
    ScheduleError,
    UnreachableError,
    WrongUseError,
)
from pipeline.kubeflow.schedule.scheduler import Scheduler
from tests.fakes.kubeflow.api import KfpApi
from tests.fakes.kubeflow.certificates import certificate, write
from tests.fakes.kubeflow.compiled_files import write_compiled


def connect(**endpoint):
    return Scheduler(client.connect(Endpoint(**endpoint)))


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    monkeypatch.delenv(TOKEN, raising=False)


@pytest.fixture
def authority(tmp_path):
    """The file of a CA, and the certificate and key of a server that it signed."""
    root = certificate("our CA")
    return write(tmp_path, "ca", *root)[0], write(
        tmp_path, "server", *certificate("kfp", signer=root)
    )


def test_a_certificate_of_the_given_ca_is_trusted(authority, tmp_path):
    ca, tls = authority
    with KfpApi(tls=tls) as api:
        scheduler = connect(host=api.url, ca=ca)
        scheduler.upload(write_compiled(tmp_path))

        assert api.names("pipelines") == ["flowers"]


def test_a_certificate_of_an_unknown_ca_is_not_trusted(authority):
    with KfpApi(tls=authority[1]) as api, pytest.raises(UnreachableError, match=r"with --ca"):
        connect(host=api.url)


def test_a_certificate_of_another_ca_is_not_trusted(authority, tmp_path):
    other = write(tmp_path, "other", *certificate("another CA"))[0]

    with (
        KfpApi(tls=authority[1]) as api,
        pytest.raises(UnreachableError, match=r"other\.pem did not sign"),
    ):
        connect(host=api.url, ca=other)


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "cannot be read"), ("x", "not a PEM certificate"), ("", "not a PEM certificate")],
)
def test_an_invalid_ca_file_is_refused(tmp_path, text, message):
    ca = tmp_path / "ca.pem"
    if text is not None:
        ca.write_text(text)

    with pytest.raises(WrongUseError, match=message):
        connect(host="https://127.0.0.1:1", ca=ca)


def test_an_address_without_a_server_is_an_error():
    with pytest.raises(UnreachableError, match="does not answer: check --host"):
        connect(host="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        pytest.param(401, "FCN_KFP_TOKEN", id="authentication"),
        pytest.param(403, "--namespace", id="not-allowed"),
        pytest.param(404, "ends in /pipeline", id="no-api"),
        pytest.param(302, "--token-file", id="login-page"),
        pytest.param(500, "Try again later", id="server-error"),
    ],
)
def test_each_error_status_comes_with_its_fix(status, fix):
    with KfpApi() as api:
        api.failures += [(status, "because")]

        with pytest.raises(ScheduleError) as error:
            connect(host=api.url)

    assert fix in str(error.value)


def test_a_web_page_in_place_of_the_api_is_refused(monkeypatch):
    with KfpApi() as api:
        monkeypatch.setattr(api, "answer", lambda request: (200, "<html>log in</html>"))

        with pytest.raises(RejectedError, match="a web page, not with the API"):
            connect(host=api.url)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        pytest.param("", "FCN_KFP_HOST", id="none"),
        pytest.param("localhost:8888", "is not a URL", id="no-scheme"),
        pytest.param("ftp://kfp", "is not a URL", id="other-scheme"),
        pytest.param("http://", "is not a URL", id="no-host"),
        pytest.param("http://me:secret@kfp", "FCN_KFP_TOKEN", id="password"),
    ],
)
def test_an_invalid_address_is_refused_without_repeating_its_password(host, message):
    with pytest.raises(WrongUseError, match=message) as error:
        check_address(host)

    assert "secret" not in str(error.value)
