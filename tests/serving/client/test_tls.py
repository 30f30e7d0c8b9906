"""Encrypted connections: who is trusted, and who the client is."""

import asyncio
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import grpc
import pytest

from serving.client import (
    TLS,
    ServerUnreachable,
    UnusableCertificate,
    connect,
    connect_async,
)
from tests.fakes.saved_models import draw
from tests.fakes.serving.answering import Recorder, answering
from tests.fakes.serving.certificates import Authority

ANSWER = b'{"outputs": {"label": ["red"], "probabilities": [[1.0]]}}'
SCHEMES = ["grpcs", "https"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def urls(authority):
    """Servers of both protocols that require a certificate of the authority."""
    identity = authority.issue("server")
    pair = (identity.key.read_bytes(), identity.certificate.read_bytes())
    credentials = grpc.ssl_server_credentials([pair], authority.ca.read_bytes(), True)
    with (
        answering(Recorder(), credentials) as port,
        serving_https(authority, identity) as https_port,
    ):
        yield {"grpcs": f"grpcs://localhost:{port}", "https": f"https://localhost:{https_port}"}


@contextmanager
def serving_https(authority, identity):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.ca)
    context.load_cert_chain(*identity)
    context.verify_mode = ssl.CERT_REQUIRED
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


class Answering(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def mutual(authority):
    identity = authority.issue("client")
    return TLS(ca=authority.ca, certificate=identity.certificate, key=identity.key)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_both_sides_prove_who_they_are(urls, mutual, scheme):
    with connect(urls[scheme], "colours", tls=mutual) as client:
        assert client.classify([draw("red")])[0].label == "red"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_both_sides_prove_who_they_are_with_asyncio(urls, mutual, scheme):
    async def ask():
        async with connect_async(urls[scheme], "colours", tls=mutual) as client:
            return await client.classify([draw("red")])

    assert asyncio.run(ask())[0].label == "red"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("missing", ["authority", "certificate"])
def test_without_trust_there_is_no_connection(urls, authority, scheme, missing):
    tls = TLS(ca=authority.ca) if missing == "certificate" else None

    with (
        connect(urls[scheme], "colours", tls=tls, attempts=1) as client,
        pytest.raises(ServerUnreachable),
    ):
        client.classify([draw("red")])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"ca": "missing.pem"}, id="missing"),
        pytest.param({"ca": __file__}, id="no-pem"),
        pytest.param({"certificate": __file__, "key": __file__}, id="no-pair"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(scheme, files):
    with pytest.raises(UnusableCertificate, match=next(iter(files.values()))):
        connect(f"{scheme}://localhost:1", "colours", tls=TLS(**files))


def test_a_certificate_needs_its_key(mutual):
    with pytest.raises(UnusableCertificate, match="both"):
        connect("https://localhost:1", "colours", tls=TLS(certificate=mutual.certificate))


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_options_that_would_not_be_used_are_refused(scheme):
    with pytest.raises(ValueError, match="not encrypted"):
        connect(f"{scheme}://localhost:1", "colours", tls=TLS())
