"""Which models are served, from where, and which of their versions: TF Serving's ModelServerConfig.

The rules and their texts are those of TF Serving's server_core.cc.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tensorflow_serving.config import model_server_config_pb2
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from serving.server import text_protos
from serving.server.request_errors import BadInput
from serving.versions import find_models

PLATFORM = "tensorflow"
LIST = "model_config_list"


def read_file(path: str | Path) -> ModelServerConfig:
    """The models of a --model_config_file. Raises ConfigError."""
    return text_protos.read(path, ModelServerConfig)


def name_model(name: str, base_path: str | Path) -> ModelServerConfig:
    """One model, as --model_name and --model_base_path name it."""
    return _list_models({name: base_path})


def find_all(root: Path) -> ModelServerConfig:
    """Every model below a push root, or the model whose folder it is.

    Raises ConfigError if the folder is missing.
    """
    root = root.absolute()
    if not root.is_dir():
        raise text_protos.ConfigError(f"There is no folder {root}.")
    found = find_models(root)
    return _list_models({n: next(iter(versions.values())).parent for n, versions in found.items()})


def choose_versions(config: ModelConfig, found: Mapping[int, Path]) -> dict[int, Path]:
    """The versions on disk that the version policy serves: the newest, by default."""
    policy = config.model_version_policy
    kind = policy.WhichOneof("policy_choice")
    if kind == "all":
        return dict(found)
    if kind == "specific":
        return {version: found[version] for version in policy.specific.versions if version in found}
    newest = sorted(found, reverse=True)[: max(policy.latest.num_versions, 1)]
    return {version: found[version] for version in newest}


def check(new: ModelServerConfig, old: ModelServerConfig) -> None:
    """Raises RequestError if the server cannot change from the old configuration to the new."""
    if new.WhichOneof("config") != LIST:
        raise BadInput(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. Only "
            "ModelConfigList is currently supported"
        )
    names = [model.name for model in new.model_config_list.config]
    for number, model in enumerate(new.model_config_list.config):
        if model.name in names[:number]:
            raise BadInput(f"Illegal to list model {model.name} multiple times in config list")
        if not model.base_path.startswith("/"):
            raise BadInput(
                f"Expected model {model.name} to have an absolute path or URI; got "
                f"base_path()={model.base_path}"
            )
        _check_platform(model, old)


def _check_platform(model: ModelConfig, old: ModelServerConfig) -> None:
    platform = find_platform(model)
    before = [m for m in old.model_config_list.config if m.name == model.name]
    if before and find_platform(before[0]) != platform:
        raise BadInput(
            f"Illegal to change a model's platform. For model {model.name} platform was "
            f"{find_platform(before[0])} and new platform requested is {platform}"
        )
    if platform != PLATFORM:
        raise BadInput(f"Model {model.name} requests unsupported platform {platform}")


def find_platform(model: ModelConfig) -> str:
    """The model's platform. Raises RequestError if it has none, or names it twice."""
    if model.model_type == model_server_config_pb2.TENSORFLOW:
        if model.model_platform:
            raise BadInput(
                "Illegal setting both ModelServerConfig::model_type (deprecated) and "
                f"ModelServerConfig::model_platform, model name is {model.name}"
            )
        return PLATFORM
    if model.model_type:
        raise BadInput(f"ModelServerConfig::model_type choice {model.model_type} not supported.")
    if not model.model_platform:
        raise BadInput(
            "Illegal setting neither ModelServerConfig::model_type (deprecated) nor "
            f"ModelServerConfig::model_platform, model name is {model.name}"
        )
    return str(model.model_platform)


def _list_models(folders: Mapping[str, str | Path]) -> ModelServerConfig:
    config = ModelServerConfig()
    config.model_config_list.SetInParent()
    for name, folder in folders.items():
        config.model_config_list.config.add(
            name=name, base_path=str(folder), model_platform=PLATFORM
        )
    return config
