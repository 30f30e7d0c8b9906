"""What is answered, before any protocol."""

import numpy as np
import pytest

from serving.server.handlers import Handlers, ModelSpec
from serving.server.servables import Servables
from tests.fakes import saved_models


@pytest.fixture(scope="module")
def handlers(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    servables = Servables(root)
    servables.start()
    servables.wait_until_available("colours", timeout=60)
    yield Handlers(servables)
    servables.stop()


def test_the_answer_names_the_version_that_gave_it(handlers):
    images = np.array([saved_models.draw("red")], dtype=object)

    answer = handlers.predict(ModelSpec("colours"), lambda _: {"image_bytes": images})

    assert answer.spec == ModelSpec("colours", 7, "serving_default")
    assert answer.outputs["label"].tolist() == [b"red"]


def test_inputs_are_read_for_the_signature_that_answers(handlers):
    asked = []

    def read(signature):
        asked.extend(signature.inputs)
        return {"length": np.array([3], np.int32)}

    handlers.predict(ModelSpec("colours", signature_name="zeros"), read)

    assert asked == ["length"]
