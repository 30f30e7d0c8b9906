"""The commands `fcn serve` and `fcn predict`. Imports TensorFlow only when it is needed."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from serving import addresses, mask_files, printable
from serving.answer_tables import show_classes, show_masks
from serving.client import (
    NotAnImage,
    Prediction,
    Segmentation,
    ServerFailed,
    ServerNotReady,
    ServerUnavailable,
    ServingError,
    UnusableProxy,
    connect,
)
from serving.command_options import (
    GRPC_URL,
    OUTPUT,
    REST_URL,
    AsJSON,
    Bits,
    Host,
    Images,
    ModelName,
    Output,
    Port,
    PushRoot,
    Rest,
    ServerURL,
    Timeout,
)
from serving.mask_files import MaskFiles
from serving.rgb_images import UnreadableImageError, make_upright
from serving.versions import find_models

if TYPE_CHECKING:
    from serving.server.models.model_versions import VersionStatus

FAILED = 1
WRONG_USE = 2
NO_FOLDER = (NotADirectoryError, FileExistsError)  # Of --output: what was given is a file.


def serve(
    push_root: PushRoot = Path("served"),
    grpc_port: Port = 8500,
    rest_port: Port = 8501,
    host: Host = "127.0.0.1",
) -> None:
    """Serves the newest version of each model over gRPC and REST, until Ctrl-C."""
    models = _find_models(push_root)
    quiet_tensorflow()
    from serving.server import signals
    from serving.server.local import Server
    from serving.server.protocols.ports import PortTakenError

    server = Server(
        push_root, grpc_port=grpc_port, rest_port=rest_port, host=host, listener=_print_change
    )
    try:
        with signals.interrupted(), server:
            rest = f"http://{addresses.join(host, server.rest_port)}"
            _echo(f"Serving {', '.join(models)} from {push_root.resolve()}")
            _echo(f"  gRPC  grpc://{addresses.join(host, server.grpc_port)}")
            _echo(f"  REST  {rest}/v1/models/{models[0]}")
            signals.wait()
    except PortTakenError as error:
        _fail(str(error), WRONG_USE)
    _echo("Stopped.")


def predict(
    images: Images,
    server: ServerURL = "",
    model: ModelName = "flowers",
    rest: Rest = False,
    as_json: AsJSON = False,
    output: Output = None,
    bits: Bits = None,
    timeout: Timeout = 30.0,
) -> None:
    """Sends images to a served model in one request, and prints its answers.

    A segmentation model's masks are written to a folder, each with an overlay on its image.
    """
    encoded = [_read(path, bits) for path in images]
    url = _choose_url(server, rest)
    quiet_tensorflow()
    try:
        with connect(url, model, timeout=timeout) as client:
            answers = client.ask(encoded)
    except (ServingError, ValueError) as error:
        _explain(error, url, images)
    masks = [answer for answer in answers if isinstance(answer, Segmentation)]
    if masks:
        show_masks(_write_masks(images, encoded, masks, output or OUTPUT), as_json=as_json)
        return
    classes = [answer for answer in answers if isinstance(answer, Prediction)]
    show_classes(images, classes, as_json=as_json)
    if output:
        text = f"{model} is a classifier and makes no masks: nothing was written to {output}."
        _echo(text, err=True)


def _choose_url(server: str, rest: bool) -> str:
    url = server or (REST_URL if rest else GRPC_URL)
    if rest and not url.startswith("http"):
        _fail(
            f"--rest contradicts --server {url}: use --server http://HOST:PORT for REST, or "
            f"--server grpc://HOST:PORT without --rest for gRPC.",
            WRONG_USE,
        )
    return url


def _find_models(push_root: Path) -> list[str]:
    try:
        models = list(find_models(push_root))
    except OSError as error:
        _fail(f"Cannot read {error.filename or push_root}: {error.strerror or error}.", FAILED)
    if not models:
        _fail(
            f"No <model>/<version>/ in {push_root.resolve()}: train a model with "
            "`fcn run flowers --data DIR`, or set --push-root to another folder.",
            WRONG_USE,
        )
    return models


def _explain(error: Exception, url: str, images: list[Path]) -> NoReturn:
    if isinstance(error, NotAnImage):
        _fail(f"{images[error.position]} is not a readable image: {error.reason}.", WRONG_USE)
    if isinstance(error, ServerNotReady):
        advice = "Try again later: it is overloaded, or it is still loading the model."
        _fail(f"{url} answers, but cannot predict now: {error}. {advice}", FAILED)
    if isinstance(error, ServerFailed):
        _fail(f"{url} answers, but its model failed: {error}. Read the log of the server.", FAILED)
    if isinstance(error, UnusableProxy) or not isinstance(error, ServingError):
        _fail(str(error), WRONG_USE)
    if isinstance(error, ServerUnavailable):
        _fail(f"No answer from {url}: {error}. Start a server with `fcn serve`.", FAILED)
    _fail(f"{url} rejected the request: {error}", WRONG_USE)


def quiet_tensorflow() -> None:
    """Silences its warnings about missing GPUs and old Pythons. Call it before the import."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", category=FutureWarning, module="google")


def _print_change(status: VersionStatus) -> None:
    text = f"{status.model} version {status.version}: {status.state.name}"
    _echo(f"{text} {status.error}".rstrip(), err=bool(status.error))


def _read(path: Path, bits: int | None) -> bytes:
    try:
        encoded = path.read_bytes()
        return make_upright(encoded, bits=bits) if bits else encoded
    except OSError as error:
        _fail(
            f"Cannot read {path} ({error.strerror or error}): check the path and its permissions.",
            WRONG_USE,
        )
    except UnreadableImageError as error:
        _fail(f"{path} is not a readable image: {error}.", WRONG_USE)


def _write_masks(
    images: list[Path], encoded: list[bytes], answers: list[Segmentation], output: Path
) -> list[MaskFiles]:
    try:
        mask_files.check_names(images)
        answered = zip(images, encoded, answers, strict=True)
        return [mask_files.write(path, data, answer, output) for path, data, answer in answered]
    except ValueError as error:
        _fail(str(error), WRONG_USE)
    except OSError as error:
        reason, is_no_folder = error.strerror or error, isinstance(error, NO_FOLDER)
        _fail(
            f"Cannot write to {output}: {reason}. Choose another --output.",
            WRONG_USE if is_no_folder else FAILED,
        )


def _fail(message: str, code: int) -> NoReturn:
    _echo(message, err=True)
    raise typer.Exit(code)


def _echo(text: str, *, err: bool = False) -> None:
    typer.echo(printable.message(text), err=err)
