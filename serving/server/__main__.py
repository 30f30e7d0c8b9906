"""`fcn-model-server`, or `python -m serving.server`: the flags of tensorflow_model_server."""

from __future__ import annotations

import argparse
import importlib.metadata
import logging
import os
import sys
import warnings
from collections.abc import Sequence

from serving import printable, terminal
from serving.server import flags, signals
from serving.terminal import FAILED, WRONG_USE


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until Ctrl-C or SIGTERM; returns the exit code."""
    chosen = flags.parse(arguments)
    if chosen.version:
        print(f"fcn-model-server: {importlib.metadata.version('fcn-pipeline')}")
        return 0
    _set_up_log()
    try:
        return _serve(chosen)
    except ModuleNotFoundError as error:
        print(terminal.explain_missing(error), file=sys.stderr)
        return WRONG_USE


def _serve(chosen: argparse.Namespace) -> int:
    """Imports TensorFlow only here: the client's installation lacks it."""
    from serving.server import startup
    from serving.server.protocols.ports import PortTakenError
    from serving.server.request_errors import RequestError
    from serving.server.text_protos import ConfigError

    try:
        with signals.interrupted():
            startup.serve(chosen)
    except (ConfigError, PortTakenError, RequestError) as error:
        print(printable.message(f"Failed to start server. Error: {error}"), file=sys.stderr)
        return FAILED
    return 0


def _set_up_log() -> None:
    """One line for each event on stderr, and none of TensorFlow's own."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", category=FutureWarning, module="google")
    handler = logging.StreamHandler()
    handler.setFormatter(printable.LogFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
