"""TFX component that serves the candidate on a real server, and writes its warm-up requests."""

# No `from __future__ import annotations` here: @component needs real types.
import json
import tempfile
from pathlib import Path

import tensorflow as tf
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import (
    Examples,
    ExampleStatistics,
    InfraBlessing,
    Model,
    TransformGraph,
)
from tfx.utils import io_utils, path_utils

from components import class_shares, warmup_requests
from components.tasks import TASKS
from components.tasks.task import FindProblem
from serving.client import ServingError, connect
from serving.server.local import Server
from serving.server.request_errors import RequestError
from trainer import tasks
from trainer.data import records

REQUESTS = 8  # Images of the test split that are sent.
SECONDS = 60.0  # Timeout of a request: a large model answers its first one slowly.


@component
def ModelServable(
    model: InputArtifact[Model],
    examples: InputArtifact[Examples],
    statistics: InputArtifact[ExampleStatistics],
    transform_graph: InputArtifact[TransformGraph],
    blessing: OutputArtifact[InfraBlessing],
    name: Parameter[str],
    task: Parameter[str],
    classes: Parameter[str],
    max_side: Parameter[int],
) -> None:
    """Blesses the model if a server can answer with it. Pusher pushes the copy made here."""
    stamped = path_utils.stamped_model_path(blessing.uri)
    images = sample(f"{examples.uri}/Split-test")
    io_utils.copy_dir(path_utils.serving_model_path(model.uri), stamped)
    facts = tasks.TASKS[task].read_statistics(transform_graph.uri, tuple(json.loads(classes)))
    sides = warmup_requests.choose_sides(facts.size_boundaries, max_side)
    warmup_requests.write(stamped, name, images, sides)
    class_shares.write(stamped, class_shares.compute(statistics.uri, "train"))

    failure = find_failure(stamped, name, images, TASKS[task].find_problem)
    blessing.set_int_custom_property("blessed", 0 if failure else 1)
    blessing.set_int_custom_property("has_model", 1)
    blessing.set_string_custom_property("failure", failure)


def sample(folder: str) -> list[bytes]:
    """Reads the encoded bytes of a split's first images."""
    files = sorted(tf.io.gfile.glob(f"{folder}/*"))
    rows = tf.data.TFRecordDataset(files).take(REQUESTS)
    encoded = {records.ENCODED: tf.io.FixedLenFeature([], tf.string)}
    return [tf.io.parse_single_example(row, encoded)[records.ENCODED].numpy() for row in rows]


def find_failure(folder: str, name: str, images: list[bytes], find_problem: FindProblem) -> str:
    """Serves the model and sends requests over gRPC and REST. Empty if all answers are sound."""
    with tempfile.TemporaryDirectory() as root:
        io_utils.copy_dir(folder, str(Path(root, name, "1")))
        try:
            with Server(root, grpc_port=0, rest_port=0, retries=0) as server:
                server.wait_until_available(name)
                return ask(server, name, images, find_problem)
        except (ServingError, RequestError) as error:
            return str(error)
        except ValueError as error:  # The numbers of rows, labels and images differ.
            return f"The model's answers do not match the request: {error}."


def ask(server: Server, name: str, images: list[bytes], find_problem: FindProblem) -> str:
    """Returns what is wrong with the answers, in a sentence; empty if they are sound."""
    with connect(f"grpc://127.0.0.1:{server.grpc_port}", name, timeout=SECONDS) as client:
        together = client.ask(images)
        alone = [client.ask([image])[0] for image in images]
    with connect(f"http://127.0.0.1:{server.rest_port}", name, timeout=SECONDS) as client:
        by_rest = client.ask(images)
    return find_problem(images, together, alone, by_rest)
