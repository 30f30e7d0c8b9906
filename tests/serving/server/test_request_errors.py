"""Each cause has its code in both protocols."""

from serving.server import request_errors


def test_every_cause_has_a_code_in_each_protocol():
    causes = set(request_errors.RequestError.__subclasses__())

    assert causes == set(request_errors.GRPC_CODES) == set(request_errors.HTTP_CODES)
