"""Finds which version a label leads to, by the metadata of the model that answers.

TF Serving's model status ignores labels; its metadata does not.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from serving.client.loopback import is_loopback

FIELD = "signature_def"  # The only metadata that TF Serving has.


def find_version(url: str, model: str, label: str, *, timeout: float = 10.0) -> int | None:
    """The version that answers requests with this label; None if there is no answer."""
    if urlsplit(url).scheme in ("http", "https"):
        return _ask_rest(url, f"/v1/models/{model}/labels/{label}/metadata", timeout)
    return _ask_grpc(url, model, label, timeout)


def _ask_rest(url: str, path: str, timeout: float) -> int | None:
    direct = is_loopback(httpx.URL(url).host)
    try:
        with httpx.Client(base_url=url, timeout=timeout, trust_env=not direct) as http:
            response = http.get(path)
            return int(response.json()["model_spec"]["version"]) if response.is_success else None
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def _ask_grpc(url: str, model: str, label: str, timeout: float) -> int | None:
    import grpc
    from tensorflow_serving.apis import get_model_metadata_pb2, prediction_service_pb2_grpc

    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=[FIELD])
    request.model_spec.name = model
    request.model_spec.version_label = label
    with grpc.insecure_channel(urlsplit(url).netloc) as channel:
        service = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        try:
            answer = service.GetModelMetadata(request, timeout=timeout)
        except grpc.RpcError:
            return None
    return int(answer.model_spec.version.value)
