"""TFX component that serves the candidate for real before it is pushed, and writes its warm-up."""

# No `from __future__ import annotations` here: @component needs real types.
import tempfile
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis import model_pb2, predict_pb2, prediction_log_pb2
from tfx import v1 as tfx
from tfx.utils import io_utils, path_utils
from tfx.v1.types.standard_artifacts import Examples, ExampleStatistics, InfraBlessing, Model

from components import class_shares
from components.tasks import TASKS
from components.tasks.task import Judge
from serving.client import ServingError, connect
from serving.server.local import Server
from serving.server.request_errors import RequestError
from serving.server.warmup import RECORDS as WARMUP
from trainer.data import records

InputArtifact = tfx.dsl.components.InputArtifact
OutputArtifact = tfx.dsl.components.OutputArtifact
Parameter = tfx.dsl.components.Parameter

REQUESTS = 8  # Images of the test split that are asked about.
SECONDS = 60.0  # For each answer: a large model takes its time with its first.


@tfx.dsl.components.component
def ModelServable(
    model: InputArtifact[Model],
    examples: InputArtifact[Examples],
    statistics: InputArtifact[ExampleStatistics],
    blessing: OutputArtifact[InfraBlessing],
    name: Parameter[str],
    task: Parameter[str],
) -> None:
    """Blesses a model that a server answers with; Pusher takes the copy made here."""
    stamped = path_utils.stamped_model_path(blessing.uri)
    images = sample(f"{examples.uri}/Split-test")
    io_utils.copy_dir(path_utils.serving_model_path(model.uri), stamped)
    write_warmup(stamped, name, images)
    class_shares.write(stamped, class_shares.shares(statistics.uri, "train"))

    failure = why_not_servable(stamped, name, images, TASKS[task].find_problem)
    blessing.set_int_custom_property("blessed", 0 if failure else 1)
    blessing.set_int_custom_property("has_model", 1)
    blessing.set_string_custom_property("failure", failure)


def sample(folder: str) -> list[bytes]:
    """The first images, as files, of a split."""
    files = sorted(tf.io.gfile.glob(f"{folder}/*"))
    rows = tf.data.TFRecordDataset(files).take(REQUESTS)
    encoded = {records.ENCODED: tf.io.FixedLenFeature([], tf.string)}
    return [tf.io.parse_single_example(row, encoded)[records.ENCODED].numpy() for row in rows]


def write_warmup(folder: str, name: str, images: list[bytes]) -> None:
    """Writes requests that a server answers for itself before it takes others: one, and several."""
    path = f"{folder}/{WARMUP}"
    tf.io.gfile.makedirs(path.rpartition("/")[0])
    with tf.io.TFRecordWriter(path) as writer:
        for batch in (images[:1], images):
            request = predict_pb2.PredictRequest(model_spec=model_pb2.ModelSpec(name=name))
            request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto(batch, tf.string))
            log = prediction_log_pb2.PredictLog(request=request)
            entry = prediction_log_pb2.PredictionLog(predict_log=log)
            writer.write(entry.SerializeToString())


def why_not_servable(folder: str, name: str, images: list[bytes], find_problem: Judge) -> str:
    """Serves the model and asks it over gRPC and REST; empty where all answers are sound."""
    with tempfile.TemporaryDirectory() as root:
        io_utils.copy_dir(folder, str(Path(root, name, "1")))
        try:
            with Server(root, grpc_port=0, rest_port=0) as server:
                server.wait_until_available(name)
                return asked(server, name, images, find_problem)
        except (ServingError, RequestError) as error:
            return str(error)
        except ValueError as error:  # Rows, labels and images that are not equally many.
            return f"The model's answers do not fit together: {error}."


def asked(server: Server, name: str, images: list[bytes], find_problem: Judge) -> str:
    """What is wrong with the answers, in a sentence; empty where nothing is."""
    with connect(f"grpc://127.0.0.1:{server.grpc_port}", name, timeout=SECONDS) as client:
        together = client.ask(images)
        alone = [client.ask([image])[0] for image in images]
    with connect(f"http://127.0.0.1:{server.rest_port}", name, timeout=SECONDS) as client:
        by_rest = client.ask(images)
    return find_problem(images, together, alone, by_rest)
