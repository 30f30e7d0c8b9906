"""Each cause has a code in both protocols."""

from serving.server import request_errors

CAUSES = request_errors.RequestError.__subclasses__()


def test_no_two_causes_share_a_code():
    assert len({cause.grpc_code for cause in CAUSES}) == len(CAUSES)
    assert len({cause.http_code for cause in CAUSES}) == len(CAUSES)
