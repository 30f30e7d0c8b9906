"""The memory that the images of a request count for, and which requests share batches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from serving.server import handlers, metrics
from serving.server.batching.batcher import Batching
from serving.server.batching.parameters import BatchingParameters
from serving.server.handlers import PIXEL_BYTES, Handlers, ModelSpec
from serving.server.models import config
from serving.server.models.examples import CLASSIFY, REGRESS
from serving.server.models.servables import Servables
from serving.server.models.watcher import Intervals, Watcher
from tests.fakes.image_files import jpeg, png_header
from tests.fakes.serving import tf1_models

MINUTE = 60_000_000  # Microseconds: batches run because they are full.


def encoded(*texts):
    return {"image_bytes": np.array(texts, object)}


@pytest.mark.parametrize(
    ("inputs", "pixels"),
    [
        pytest.param(encoded(jpeg(), jpeg()), 2 * 40 * 48, id="sum"),
        pytest.param(encoded(png_header(9_000, 9_000)), 9_000**2, id="header-alone"),
        pytest.param(encoded(b"no image", b""), 0, id="no-image"),
        pytest.param({"pixels": np.zeros((2, 5, 7, 3), np.uint8)}, 2 * 5 * 7, id="decoded"),
        pytest.param({"sizes": np.zeros((2, 2), np.int32)}, 0, id="not-an-image"),
    ],
)
def test_a_request_counts_the_pixels_of_its_images(inputs, pixels):
    assert handlers.count_bytes(inputs) == PIXEL_BYTES * pixels


@pytest.fixture(scope="module")
def pairing(tmp_path_factory):
    """Handlers that answer requests of one row in pairs."""
    folder = tmp_path_factory.mktemp("served") / "half"
    tf1_models.publish(folder, 1)
    servables = Servables()
    watcher = Watcher(servables, lambda: config.name_model("half", folder), Intervals())
    batching = Batching(BatchingParameters(max_batch_size=2, batch_timeout_micros=MINUTE))
    watcher.start()
    servables.wait_until_all_answer()
    yield Handlers(servables, batching)
    batching.stop()
    watcher.stop()


def classify(handlers, row):
    return handlers.classify(ModelSpec("half", signature_name="classify"), [row]).outputs


def regress(handlers, row):
    return handlers.regress(ModelSpec("half", signature_name="regress"), [row]).outputs


def infer(handlers, row):
    specs = [ModelSpec("half", signature_name=name) for name in ("regress", "scores")]
    answers = handlers.multi_inference(list(zip(specs, [REGRESS, CLASSIFY], strict=True)), [row])
    return [answer.outputs for answer in answers]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        pytest.param(classify, [[[(b"only", 3.0)]], [[(b"only", 4.0)]]], id="classify"),
        pytest.param(regress, [[3.0], [4.0]], id="regress"),
        pytest.param(
            infer, [[[3.0], [[(b"", 3.0)]]], [[4.0], [[(b"", 4.0)]]]], id="multi-inference"
        ),
    ],
)
def test_requests_about_examples_share_a_batch(pairing, ask, expected):
    rows = [tf1_models.example(x).SerializeToString() for x in (2.0, 4.0)]
    before = metrics.RUN_COUNT.read()

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(partial(ask, pairing), rows))

    assert answers == expected
    assert metrics.RUN_COUNT.read() - before == 1
