"""The options of the gRPC port: arguments, UNIX socket, TLS."""

import json

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from serving.server.protocols import grpc_ports
from serving.server.protocols.grpc_ports import GrpcOptions
from serving.server.text_protos import ConfigError
from tests.fakes.kubeflow import certificates


@pytest.fixture
def serve():
    servers = []

    def start(**options):
        server = grpc_ports.create(GrpcOptions(**options))
        health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
        port = grpc_ports.listen(server, GrpcOptions(**options))
        server.start()
        servers.append(server)
        return port

    yield start
    for server in servers:
        server.stop(None).wait()


def ask(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    return stub.Check(health_pb2.HealthCheckRequest(), timeout=20).status


def test_arguments_are_read_as_numbers_or_texts():
    read = grpc_ports.read_arguments("grpc.max_connection_age_ms=2000,grpc.lb_policy_name=grpclb")

    assert read == (("grpc.max_connection_age_ms", 2000), ("grpc.lb_policy_name", "grpclb"))


def test_an_argument_without_a_value_is_refused():
    with pytest.raises(ConfigError, match=r"'grpc.so_reuseport'.*KEY=VALUE"):
        grpc_ports.read_arguments("grpc.so_reuseport")


def test_a_unix_socket_answers_without_a_port(serve, tmp_path):
    path = tmp_path / "socket"
    assert serve(port=None, socket_path=str(path)) == 0

    with grpc.insecure_channel(f"unix:{path}") as channel:
        assert ask(channel) == health_pb2.HealthCheckResponse.SERVING


@pytest.fixture
def pem(tmp_path):
    """The certificate of 127.0.0.1, and its key."""
    certificate, key = certificates.write(tmp_path, "own", *certificates.certificate("own"))
    return certificate.read_bytes(), key.read_bytes()


def write_config(folder, pem, extra=""):
    certificate, key = (json.dumps(text.decode()) for text in pem)
    path = folder / "ssl.config"
    path.write_text(
        f"server_cert: {certificate} server_key: {key} custom_ca: {certificate} {extra}"
    )
    return str(path)


def test_the_port_speaks_tls_if_a_certificate_is_configured(serve, tmp_path, pem):
    port = serve(port=0, ssl_config_file=write_config(tmp_path, pem))

    with grpc.secure_channel(f"127.0.0.1:{port}", grpc.ssl_channel_credentials(pem[0])) as channel:
        assert ask(channel) == health_pb2.HealthCheckResponse.SERVING
    with (
        grpc.insecure_channel(f"127.0.0.1:{port}") as channel,
        pytest.raises(grpc.RpcError, match="UNAVAILABLE"),
    ):
        ask(channel)


def test_clients_need_a_certificate_if_one_is_required(serve, tmp_path, pem):
    port = serve(port=0, ssl_config_file=write_config(tmp_path, pem, "client_verify: true"))
    certificate, key = pem

    own = grpc.ssl_channel_credentials(certificate, key, certificate)
    with grpc.secure_channel(f"127.0.0.1:{port}", own) as channel:
        assert ask(channel) == health_pb2.HealthCheckResponse.SERVING
    with (
        grpc.secure_channel(
            f"127.0.0.1:{port}", grpc.ssl_channel_credentials(certificate)
        ) as channel,
        pytest.raises(grpc.RpcError, match="UNAVAILABLE"),
    ):
        ask(channel)
