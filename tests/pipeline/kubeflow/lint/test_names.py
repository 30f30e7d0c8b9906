"""Names, keys and labels that Kubernetes and Argo accept."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.lint import find_name_problem
from pipeline.kubeflow.lint.names import find_label_flaw
from tests.fakes.kubeflow.linted import Pipeline


@pytest.mark.parametrize("name", ["flowers", "a", "pets-2", "3d", "x" * 57])
def test_a_label_of_rfc_1123_with_room_for_a_suffix_is_accepted(name):
    assert find_name_problem(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "Flowers", "tiny_A", "-pets", "pets-", "pets.v2", "blümen", "x" * 58, "x" * 60, "a\n"],
)
def test_any_other_name_is_refused(name):
    assert repr(name) in find_name_problem(name).message


def test_a_valid_name_is_suggested():
    assert "such as 'my-flowers-v2'" in find_name_problem("My Flowers_v2.").message


def test_a_task_name_that_argo_does_not_accept_is_refused():
    pipeline = Pipeline()
    tasks = pipeline.component("tfx-dag")["dag"]["tasks"]
    tasks["Pusher_2"] = tasks.pop("Pusher")
    tasks["Pusher_2"]["taskInfo"]["name"] = "Pusher_2"

    assert pipeline.broken() == [("bad-task-name", "Pusher_2")]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("team", "vision"),
        ("team", ""),
        ("Team_1.x-Y", "A.b_c-9"),
        ("nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3"),
        ("k" * 63, "v" * 63),
        (f"{'p' * 253}/k", "v"),
    ],
)
def test_a_label_that_kubernetes_accepts_is_accepted(key, value):
    assert find_label_flaw(key, value) is None


@pytest.mark.parametrize("value", ["Team Vision", "-a", "a-", ".", "a/b", "ü", "a\n", "v" * 64])
def test_a_label_s_value_that_kubernetes_refuses_is_refused(value):
    assert find_label_flaw("team", value).startswith("its value:")


@pytest.mark.parametrize("key", ["", "my team", "team-", "example.com/", "k" * 64, "a\n"])
def test_a_label_s_key_that_kubernetes_refuses_is_refused(key):
    assert find_label_flaw(key, "vision").startswith("its key:")


@pytest.mark.parametrize("key", ["/team", "Example.com/team", "a_b/team", "a..b/team", "a/b/team"])
def test_a_label_s_prefix_that_is_not_a_dns_name_is_refused(key):
    assert find_label_flaw(key, "vision").startswith("its key's prefix:")
