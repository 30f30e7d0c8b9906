"""Version labels such as `stable` and `canary`, by TF Serving's rules (server_core.cc)."""

from __future__ import annotations

from collections.abc import Callable

from grpc import StatusCode
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server.request_errors import BadInput, RequestError


class Labels:
    """Which version a label of a model means. Reading is thread-safe.

    A label may be assigned to a version that answers. With `allow_any`, a new label may be
    assigned to any version; one that exists still moves only to a version that answers.
    """

    def __init__(
        self, is_available: Callable[[str, int], bool], *, allow_any: bool = False
    ) -> None:
        self._is_available = is_available
        self._allow_any = allow_any
        self._versions: dict[tuple[str, str], int] = {}

    def assign(self, config: ModelServerConfig) -> None:
        """Takes all labels of a configuration, or raises RequestError and changes none."""
        versions = {
            (model.name, label): version
            for model in config.model_config_list.config
            for label, version in model.version_labels.items()
        }
        for (model, label), version in versions.items():
            is_new = self._versions.get((model, label), version) == version
            if not (self._allow_any and is_new) and not self._is_available(model, version):
                raise RequestError(
                    StatusCode.FAILED_PRECONDITION,
                    f"Request to assign label to version {version} of model {model}, which is not "
                    "currently available for inference",
                )
        self._versions = versions

    def find(self, model: str, label: str) -> int:
        """The version. Raises BadInput for an unknown label."""
        if (model, label) not in self._versions:
            raise BadInput(f"Unrecognized servable version label: {label}")
        return self._versions[model, label]
