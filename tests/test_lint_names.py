"""Names that Kubernetes and Argo take."""

from __future__ import annotations

import pytest
from linted import Pipeline

from pipeline.lint import name_problem
from pipeline.lint.names import suggestion


@pytest.mark.parametrize("name", ["flowers", "a", "pets-2", "3d", "x" * 57])
def test_a_label_of_rfc_1123_with_room_for_a_suffix_is_taken(name):
    assert name_problem(name) is None


@pytest.mark.parametrize(
    "name", ["", "Flowers", "tiny_A", "-pets", "pets-", "pets.v2", "blümen", "x" * 58, "a\n"]
)
def test_any_other_name_is_refused(name):
    assert repr(name) in name_problem(name)


def test_the_mend_is_a_name_that_is_taken():
    assert suggestion("My Flowers_v2.") == ", such as 'my-flowers-v2'"


def test_a_task_that_argo_has_no_name_for_is_refused():
    pipeline = Pipeline()
    tasks = pipeline.component("tfx-dag")["dag"]["tasks"]
    tasks["Pusher_2"] = tasks.pop("Pusher")
    tasks["Pusher_2"]["taskInfo"]["name"] = "Pusher_2"

    assert pipeline.problem().startswith("Pusher_2: Argo takes no task of this name")
    assert "letters, digits and hyphens" in pipeline.problem()
