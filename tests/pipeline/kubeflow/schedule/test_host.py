"""Whether an address holds the API, and may be believed."""

import pytest

from pipeline.kubeflow.schedule import client
from pipeline.kubeflow.schedule.errors import (
    RejectedError,
    ScheduleError,
    UnreachableError,
    WrongUseError,
)
from pipeline.kubeflow.schedule.host import TOKEN, Place, address
from pipeline.kubeflow.schedule.scheduler import Scheduler
from tests.fakes.kubeflow.api import KfpApi
from tests.fakes.kubeflow.certificates import certificate, write
from tests.fakes.kubeflow.packages import package


def connect(**place):
    return Scheduler(client.connect(Place(**place)))


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    monkeypatch.delenv(TOKEN, raising=False)


@pytest.fixture
def authority(tmp_path):
    """A CA's certificate, and that and the key of a server that it vouches for."""
    root = certificate("our CA")
    return write(tmp_path, "ca", *root)[0], write(
        tmp_path, "server", *certificate("kfp", signer=root)
    )


def test_a_host_is_believed_by_the_ca_that_is_given(authority, tmp_path):
    ca, tls = authority
    with KfpApi(tls=tls) as api:
        scheduler = connect(host=api.url, ca=ca)
        scheduler.upload(package(tmp_path))

        assert api.names("pipelines") == ["flowers"]


def test_a_host_of_an_unknown_ca_is_not_believed(authority):
    with KfpApi(tls=authority[1]) as api, pytest.raises(UnreachableError, match=r"with --ca"):
        connect(host=api.url)


def test_a_host_of_another_ca_is_not_believed(authority, tmp_path):
    other = write(tmp_path, "other", *certificate("another CA"))[0]

    with (
        KfpApi(tls=authority[1]) as api,
        pytest.raises(UnreachableError, match=r"other\.pem is not"),
    ):
        connect(host=api.url, ca=other)


@pytest.mark.parametrize(
    ("text", "said"), [(None, "cannot be read"), ("x", "no certificate"), ("", "no certificate")]
)
def test_a_file_that_is_no_ca_is_refused(tmp_path, text, said):
    ca = tmp_path / "ca.pem"
    if text is not None:
        ca.write_text(text)

    with pytest.raises(WrongUseError, match=said):
        connect(host="https://127.0.0.1:1", ca=ca)


def test_nobody_at_the_address_is_said_within_seconds():
    with pytest.raises(UnreachableError, match="does not answer: check --host"):
        connect(host="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(401, "FCN_KFP_TOKEN", id="who"),
        pytest.param(403, "--namespace", id="not-allowed"),
        pytest.param(404, "ends in /pipeline", id="no-api"),
        pytest.param(302, "--token-file", id="login-page"),
        pytest.param(500, "Try again later", id="trouble"),
    ],
)
def test_an_api_that_does_not_let_in_is_an_error_with_its_mend(status, said):
    with KfpApi() as api:
        api.failures += [(status, "because")]

        with pytest.raises(ScheduleError) as error:
            connect(host=api.url)

    assert said in str(error.value)


def test_a_page_in_place_of_the_api_is_told_as_such(monkeypatch):
    with KfpApi() as api:
        monkeypatch.setattr(api, "answer", lambda request: (200, "<html>log in</html>"))

        with pytest.raises(RejectedError, match="a page, not as the API"):
            connect(host=api.url)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        pytest.param("", "FCN_KFP_HOST", id="none"),
        pytest.param("localhost:8888", "a URL is wanted", id="no-scheme"),
        pytest.param("ftp://kfp", "a URL is wanted", id="other-scheme"),
        pytest.param("http://", "a URL is wanted", id="no-host"),
        pytest.param("http://me:secret@kfp", "FCN_KFP_TOKEN", id="password"),
    ],
)
def test_what_is_no_address_is_refused_and_no_password_repeated(host, said):
    with pytest.raises(WrongUseError, match=said) as error:
        address(host)

    assert "secret" not in str(error.value)
