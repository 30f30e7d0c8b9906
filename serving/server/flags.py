"""The flags of tensorflow_model_server (main.cc), with its names, forms and defaults.

Imports no TensorFlow: `--help` and mistakes answer at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

THREADS = 16
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

NUMBERS = {
    "port": (8500, "port for gRPC; 0 closes it"),
    "rest_api_port": (0, "port for REST; 0 closes it"),
    "rest_api_timeout_in_ms": (30_000, "time for a REST request"),
    "model_config_file_poll_wait_seconds": (0, "reads --model_config_file again; 0: never"),
    "file_system_poll_wait_seconds": (1, "looks for new versions; 0: once, below 0: never"),
    "max_num_load_retries": (5, "attempts after the first that fails to load a version"),
    "load_retry_interval_micros": (60_000_000, "time between these attempts"),
    "grpc_max_threads": (THREADS, "gRPC requests that are answered at a time"),
}
TEXTS = {
    "model_name": ("default", "name of the model; without --model_config_file"),
    "model_base_path": ("", "its folder, which contains <version>/"),
    "model_config_file": ("", "ModelServerConfig in protobuf text: several models"),
    "batching_parameters_file": ("", "BatchingParameters in protobuf text"),
    "monitoring_config_file": ("", "MonitoringConfig in protobuf text"),
    "grpc_socket_path": ("", "UNIX socket for gRPC"),
    "grpc_channel_arguments": ("", "KEY=VALUE,... for gRPC"),
    "ssl_config_file": ("", "SSLConfig in protobuf text: TLS for gRPC"),
    "saved_model_tags": ("serve", "tags of the graph in the SavedModel, with commas"),
}
SWITCHES = {
    "enable_batching": (False, "batches requests together"),
    "rest_api_enable_cors_support": (False, "lets web pages of other sites ask"),
    "allow_version_labels_for_unavailable_models": (False, "a new label may precede its version"),
    "enable_model_warmup": (True, "answers the recorded requests of a version first"),
    "enable_serialization_as_tensor_content": (False, "gRPC outputs as bytes"),
    "enable_grpc_healthcheck_service": (True, "the health service always runs"),
    "version": (False, "prints the version"),
}
# They change no answer: threads and memory are chosen by Python and TensorFlow.
WITHOUT_EFFECT = (
    "rest_api_num_threads",
    "num_load_threads",
    "num_unload_threads",
    "num_request_iterations_for_warmup",
    "flush_filesystem_caches",
    "tensorflow_session_parallelism",
    "tensorflow_intra_op_parallelism",
    "tensorflow_inter_op_parallelism",
    "tensorflow_session_config_file",
    "thread_pool_factory_config_file",
    "per_process_gpu_memory_fraction",
    "remove_unused_fields_from_bundle_metagraph",
    "enable_per_model_batching_parameters",
    "num_tflite_pools",
    "num_tflite_interpreters_per_pool",
    "xla_cpu_compilation_enabled",
    "xla_gpu_compilation_enabled",
    "enable_profiler",
    "skip_initialize_tpu",
)
# They change who may ask, or what answers: to ignore them would be wrong.
REFUSED = {
    "use_alts_credentials": "use --ssl_config_file",
    "platform_config_file": "use --model_config_file, and SavedModels of TensorFlow",
    "prefer_tflite_model": "this server runs SavedModels only",
    "use_tflite_model": "this server runs SavedModels only",
    "mixed_precision": "export the model in the precision that it should have",
    "enable_signature_method_name_check": "this server does not compare method names",
}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The flags by name. Ends the process with a usage message if one is wrong."""
    parser = create_parser()
    flags = parser.parse_args(arguments)
    _report_unused(parser, flags)
    if flags.version:
        return flags
    if not (flags.port or flags.grpc_socket_path):
        parser.error("at least one of --port and --grpc_socket_path must be set.")
    if not (flags.model_base_path or flags.model_config_file):
        parser.error("both --model_base_path and --model_config_file are empty: set one.")
    if flags.port and flags.port == flags.rest_api_port:
        parser.error(f"--port and --rest_api_port are both {flags.port}: use two ports.")
    if flags.batching_parameters_file and not flags.enable_batching:
        parser.error("--batching_parameters_file is set without --enable_batching.")
    return flags


def create_parser() -> argparse.ArgumentParser:
    """Accepts `--port=8500` and `--port 8500`, `--enable_batching` and `--enable_batching=true`."""
    parser = argparse.ArgumentParser(
        "fcn-model-server",
        description="Serves TensorFlow models with the flags of tensorflow_model_server.",
        allow_abbrev=False,
    )
    for name, (number, text) in NUMBERS.items():
        parser.add_argument(f"--{name}", type=int, default=number, metavar="N", help=text)
    for name, (value, text) in TEXTS.items():
        parser.add_argument(f"--{name}", default=value, metavar="TEXT", help=text)
    for name, (is_on, text) in SWITCHES.items():
        parser.add_argument(
            f"--{name}", type=_read_boolean, nargs="?", const=True, default=is_on, help=text
        )
    for name in (*WITHOUT_EFFECT, *REFUSED):
        parser.add_argument(f"--{name}", nargs="?", const="true", help=argparse.SUPPRESS)
    return parser


def _report_unused(parser: argparse.ArgumentParser, flags: argparse.Namespace) -> None:
    unused = [name for name in WITHOUT_EFFECT if getattr(flags, name) is not None]
    if unused:
        print(f"These flags have no effect here: --{', --'.join(unused)}", file=sys.stderr)
    for name, instead in REFUSED.items():
        value = getattr(flags, name)
        if value and value.lower() not in ("false", "0"):
            parser.error(f"--{name} is not supported: {instead}.")


def _read_boolean(text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise argparse.ArgumentTypeError(f"{text!r} is not true or false")
    return BOOLEANS[text.lower()]
