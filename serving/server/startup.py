"""From TF Serving's flags to a running server."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from functools import partial

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server import signals, text_protos
from serving.server.batching.parameters import BatchingParameters, read_parameters
from serving.server.config_messages import find_message
from serving.server.local import ModelServer, ServerOptions
from serving.server.models import config
from serving.server.models.model_versions import LoadOptions, VersionStatus
from serving.server.models.watcher import Intervals
from serving.server.protocols import grpc_ports
from serving.server.protocols.grpc_ports import GrpcOptions
from serving.server.rest.limits import Limits
from serving.server.rest.rest_app import RestOptions
from serving.server.text_protos import ConfigError

METRICS_PATH = "/monitoring/prometheus/metrics"  # TF Serving's, if the file names none.
EVERYWHERE = "0.0.0.0"  # As TF Serving listens.

log = logging.getLogger(__name__)


def serve(flags: argparse.Namespace) -> None:
    """Serves until a KeyboardInterrupt. Raises what ModelServer raises."""
    with ModelServer(choose_source(flags), read_options(flags), _log_change) as server:
        log.info("Running gRPC ModelServer at %s:%s", server.host, server.grpc_port)
        if server.rest_port:
            log.info("Exporting HTTP/REST API at: %s:%d", server.host, server.rest_port)
        signals.wait()


def choose_source(flags: argparse.Namespace) -> Callable[[], ModelServerConfig]:
    """The configuration file if there is one, else the one model that the flags name."""
    if flags.model_config_file:
        return partial(config.read_file, flags.model_config_file)
    return partial(config.name_model, flags.model_name, flags.model_base_path)


def read_options(flags: argparse.Namespace) -> ServerOptions:
    """What the flags mean. Raises ConfigError."""
    return ServerOptions(
        grpc=GrpcOptions(
            host=EVERYWHERE,
            port=flags.port or None,
            socket_path=flags.grpc_socket_path,
            ssl_config_file=flags.ssl_config_file,
            arguments=grpc_ports.read_arguments(flags.grpc_channel_arguments),
            threads=flags.grpc_max_threads,
            as_content=flags.enable_serialization_as_tensor_content,
        ),
        rest_port=flags.rest_api_port or None,
        rest=RestOptions(
            limits=Limits(answer_seconds=flags.rest_api_timeout_in_ms / 1000),
            cors=flags.rest_api_enable_cors_support,
            metrics_path=read_metrics_path(flags.monitoring_config_file),
        ),
        batching=read_batching(flags.batching_parameters_file) if flags.enable_batching else None,
        load=_read_load_options(flags),
        intervals=Intervals(
            config=flags.model_config_file_poll_wait_seconds,
            folders=flags.file_system_poll_wait_seconds,
        ),
        any_label=flags.allow_version_labels_for_unavailable_models,
    )


def _read_load_options(flags: argparse.Namespace) -> LoadOptions:
    return LoadOptions(
        retries=flags.max_num_load_retries,
        retry_seconds=flags.load_retry_interval_micros / 1e6,
        warm_up=flags.enable_model_warmup,
        tags=tuple(flags.saved_model_tags.split(",")),
    )


def read_batching(path: str) -> BatchingParameters:
    """The parameters of a file, or TF Serving's own without one. Raises ConfigError."""
    kind = find_message("BatchingParameters")
    try:
        return read_parameters(text_protos.read(path, kind) if path else kind())
    except ValueError as error:
        raise ConfigError(f"Wrong batching parameters in {path}: {error}") from error


def read_metrics_path(path: str) -> str | None:
    """The path of Prometheus's page, if the file enables it. Raises ConfigError."""
    if not path:
        return None
    prometheus = text_protos.read(path, find_message("MonitoringConfig")).prometheus_config
    return (prometheus.path or METRICS_PATH) if prometheus.enable else None


def _log_change(status: VersionStatus) -> None:
    level = logging.WARNING if status.error else logging.INFO
    log.log(
        level,
        "%s version %d: %s %s",
        *(status.model, status.version),
        status.state.name,
        status.error,
    )
