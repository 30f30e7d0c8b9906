"""Classes and values of tf.Examples."""

import pytest
from tensorflow_serving.apis import input_pb2

from serving.server.models import examples
from serving.server.models.examples import CLASSIFY, REGRESS
from serving.server.models.servable import Servable
from serving.server.request_errors import RequestError
from tests.fakes.serving import tf1_models

ROWS = [tf1_models.example(x).SerializeToString() for x in (2.0, 4.0)]


@pytest.fixture(scope="module")
def servable(tmp_path_factory):
    return Servable(tf1_models.publish(tmp_path_factory.mktemp("half"), 1))


def test_each_example_gets_labels_and_scores(servable):
    assert examples.classify(servable, "classify", ROWS) == [[(b"only", 3.0)], [(b"only", 4.0)]]


def test_labels_are_empty_if_the_model_has_none(servable):
    assert examples.classify(servable, "scores", ROWS) == [[(b"", 3.0)], [(b"", 4.0)]]


def test_each_example_gets_a_value(servable):
    assert examples.regress(servable, "regress", ROWS) == [3.0, 4.0]


def test_several_tasks_are_answered_in_order(servable):
    answers = examples.infer(servable, [("regress", REGRESS), ("classify", CLASSIFY)], ROWS[:1])

    assert answers == [[3.0], [[(b"only", 3.0)]]]


@pytest.mark.parametrize(
    ("task", "code", "text"),
    [
        (("nothing", CLASSIFY), "INVALID_ARGUMENT", "not found in model graph: nothing"),
        (("regress", CLASSIFY), "INVALID_ARGUMENT", "at least one of"),
        (("classify", REGRESS), "INVALID_ARGUMENT", "Expected one output Tensor."),
        (("serving_default", CLASSIFY), "INVALID_ARGUMENT", "No classification inputs found"),
        (("regress", "tensorflow/serving/predict"), "UNIMPLEMENTED", "Unsupported signature"),
    ],
)
def test_tasks_that_the_model_cannot_answer_are_refused(servable, task, code, text):
    with pytest.raises(RequestError, match=text) as refused:
        examples.infer(servable, [task], ROWS)

    assert refused.value.code.name == code


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param([], "Input is empty.", id="empty"),
        pytest.param([b"\xff"], "Could not parse example", id="not-an-example"),
    ],
)
def test_rows_that_are_not_examples_are_refused(servable, rows, text):
    with pytest.raises(RequestError, match=text) as refused:
        examples.classify(servable, "classify", rows)

    assert refused.value.code.name == "INVALID_ARGUMENT"


def test_one_signature_is_asked_only_once(servable):
    with pytest.raises(RequestError, match="Duplicate evaluation of signature: regress"):
        examples.infer(servable, [("regress", REGRESS)] * 2, ROWS)


def test_the_context_is_part_of_each_example(servable):
    message = input_pb2.Input()
    message.example_list_with_context.context.CopyFrom(tf1_models.example(2.0))
    message.example_list_with_context.examples.add()

    assert examples.regress(servable, "regress", examples.read_input(message)) == [3.0]
