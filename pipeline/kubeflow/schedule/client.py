"""kfp's client without what it does on the side: no file read or written, nothing probed."""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Of Python versions, and of itself.
    import kfp

from pipeline.kubeflow.schedule.errors import WrongUseError
from pipeline.kubeflow.schedule.host import Place, is_multi_user

TIMEOUT = (10, 60)  # Seconds to connect, and to answer.
# As long as the client believes in some namespace, it does not try to find out the user's own.
NONE_OF_ITS_BUSINESS = "given-with-each-call"


def connect(place: Place) -> Client:
    """A client of an API that answers, and that is told a namespace where it keeps them apart."""
    apart = is_multi_user(place)
    if apart and not place.namespace:
        raise WrongUseError(
            f"{place.host} serves many users: give yours with --namespace, or FCN_KFP_NAMESPACE."
        )
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # Its retries end in an error of ours.
    return Client(place if apart else replace(place, namespace=""))


class Client(kfp.Client):
    """kfp's client for one place. Namespaces are the place's, tokens are read for each request."""

    def __init__(self, place: Place) -> None:
        self.place = place
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().__init__(
                host=place.host,
                namespace=NONE_OF_ITS_BUSINESS,
                credentials=Token(place) if place.secret() else None,
                ssl_ca_cert=str(place.ca or ""),
                cookies="",
            )
        self._limit_waiting()

    def _load_context_setting_or_default(self) -> None:
        """Reads no ~/.config/kfp/context.json: it may be another cluster's, or unreadable."""
        self._context_setting = {"namespace": NONE_OF_ITS_BUSINESS}

    def get_user_namespace(self) -> str | None:
        """The place's namespace: none where the API has no users."""
        return self.place.namespace or None

    def _limit_waiting(self) -> None:
        """An answer that never comes is an error: runs are followed for hours."""
        rest = self._run_api.api_client.rest_client  # The one of all its parts.
        request = rest.request
        rest.request = lambda *args, **options: request(
            *args, **{**options, "_request_timeout": TIMEOUT}
        )


class Token(kfp.client.TokenCredentialsBase):
    """Gives each request the token of the moment: a cluster renews the files of its tokens."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def refresh_api_key_hook(self, config: Any) -> None:
        """Called by the client before each request."""
        config.api_key["authorization"] = self._place.secret()
