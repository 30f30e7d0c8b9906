"""kfp's client without its side effects: it reads and writes no files, and guesses nothing."""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # kfp warns of Python versions, and of its own code.
    import kfp

from pipeline.kubeflow.schedule.endpoint import Endpoint, is_multi_user
from pipeline.kubeflow.schedule.errors import WrongUseError

TIMEOUT = (10, 60)  # Seconds to connect, and to answer.
# The client looks for the user's own namespace unless it has one. Each call passes the real one.
UNUSED_NAMESPACE = "given-with-each-call"


def connect(endpoint: Endpoint) -> KfpClient:
    """A client of an API that answers, with a namespace on multi-user installations."""
    multi_user = is_multi_user(endpoint)
    if multi_user and not endpoint.namespace:
        raise WrongUseError(
            f"{endpoint.host} is a multi-user installation: give your namespace with --namespace, "
            "or set FCN_KFP_NAMESPACE."
        )
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # Its retries end in our own error.
    return KfpClient(endpoint if multi_user else replace(endpoint, namespace=""))


class KfpClient(kfp.Client):
    """kfp's client with the endpoint's namespace, and its token read for each request."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().__init__(
                host=endpoint.host,
                namespace=UNUSED_NAMESPACE,
                credentials=Token(endpoint) if endpoint.read_token() else None,
                ssl_ca_cert=str(endpoint.ca or ""),
                cookies="",
            )
        self._limit_waiting()

    def _load_context_setting_or_default(self) -> None:
        """Reads no ~/.config/kfp/context.json: it may be another cluster's, or unreadable."""
        self._context_setting = {"namespace": UNUSED_NAMESPACE}

    def get_user_namespace(self) -> str | None:
        """The endpoint's namespace; None on single-user installations."""
        return self.endpoint.namespace or None

    def _limit_waiting(self) -> None:
        """Sets a timeout for every request: runs are followed for hours."""
        rest = self._run_api.api_client.rest_client  # All parts of the client share it.
        request = rest.request
        rest.request = lambda *args, **options: request(
            *args, **{**options, "_request_timeout": TIMEOUT}
        )


class Token(kfp.client.TokenCredentialsBase):
    """Reads the token again for each request: a cluster renews its token files."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def refresh_api_key_hook(self, config: Any) -> None:
        """Called by the client before each request."""
        config.api_key["authorization"] = self._endpoint.read_token()
