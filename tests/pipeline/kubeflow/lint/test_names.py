"""Names, keys and labels that Kubernetes and Argo take."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.lint import name_problem
from pipeline.kubeflow.lint.names import DNS_NAME, label_problem, suggestion
from tests.fakes.linted import Pipeline


@pytest.mark.parametrize("name", ["flowers", "a", "pets-2", "3d", "x" * 57])
def test_a_label_of_rfc_1123_with_room_for_a_suffix_is_taken(name):
    assert name_problem(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "Flowers", "tiny_A", "-pets", "pets-", "pets.v2", "blümen", "x" * 58, "x" * 60, "a\n"],
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


@pytest.mark.parametrize("name", ["fcn-webhook", "a", "1.b-2.c", "x" * 253])
def test_a_dns_name_is_of_small_letters_digits_hyphens_and_dots(name):
    assert DNS_NAME.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["", "A", "a_b", "a..b", "a.", "-a", "a.-b", "https://a", "a\n", "x" * 254]
)
def test_any_other_is_none(name):
    assert not DNS_NAME.fullmatch(name)


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
def test_a_label_that_kubernetes_takes_is_taken(key, value):
    assert label_problem(key, value) is None


@pytest.mark.parametrize("value", ["Team Vision", "-a", "a-", ".", "a/b", "ü", "a\n", "v" * 64])
def test_a_label_s_value_that_kubernetes_refuses_is_refused(value):
    assert label_problem("team", value).startswith("its value: write at most 63 letters")


@pytest.mark.parametrize("key", ["", "my team", "team-", "example.com/", "k" * 64, "a\n"])
def test_a_label_s_key_that_kubernetes_refuses_is_refused(key):
    assert label_problem(key, "vision").startswith("its key: write at most 63 letters")


@pytest.mark.parametrize("key", ["/team", "Example.com/team", "a_b/team", "a/b/team"])
def test_a_label_s_prefix_that_is_no_dns_name_is_refused(key):
    assert label_problem(key, "vision").startswith("its key's prefix: write a DNS name")
