"""Parameters and roots of runs, before they are sent."""

import pytest

from pipeline.kubeflow.schedule import parameters
from pipeline.kubeflow.schedule.errors import WrongUseError
from tests.fakes.kubeflow.compiled_files import PARAMETERS, PLATFORM

SPEC = {"root": {"inputDefinitions": {"parameters": PARAMETERS}}}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        pytest.param("data=/data/a=b", "/data/a=b", id="text"),
        pytest.param("data=7", "7", id="text-of-digits"),
        pytest.param("data=", "", id="empty-text"),
        pytest.param("steps=7", 7, id="integer"),
        pytest.param("rate=1e-3", 0.001, id="double"),
        pytest.param("pretrained=False", False, id="boolean"),
        pytest.param("sizes=[1, 2]", [1, 2], id="list"),
    ],
)
def test_a_value_has_the_type_that_the_pipeline_declares(given, value):
    found = parameters.read_values([given], SPEC)

    assert list(found.values()) == [value]
    assert type(*found.values()) is type(value)


@pytest.mark.parametrize(
    "given", ["steps=many", "rate=fast", "pretrained=1", "sizes={}", "sizes=["]
)
def test_a_value_of_another_type_is_refused_with_the_type(given):
    with pytest.raises(WrongUseError, match=r"--param .*: give a value of type [A-Z_]+\."):
        parameters.read_values([given], SPEC)


def test_an_unknown_parameter_is_refused_with_those_that_exist():
    with pytest.raises(WrongUseError, match=r"date: .*data, pretrained, rate, sizes, steps"):
        parameters.read_values(["date=/x"], SPEC)


@pytest.mark.parametrize("given", ["data", "=/x", ""])
def test_a_parameter_without_a_name_or_sign_is_refused(given):
    with pytest.raises(WrongUseError, match="NAME=VALUE"):
        parameters.read_values([given], SPEC)


def test_a_parameter_that_has_no_default_must_be_given():
    spec = {"root": {"inputDefinitions": {"parameters": {"data": {"parameterType": "STRING"}}}}}

    with pytest.raises(WrongUseError, match="--param data=VALUE"):
        parameters.read_values([], spec)


def test_the_parameters_of_a_file_with_two_documents_are_read():
    both = {"pipeline_spec": SPEC, "platform_spec": PLATFORM}

    assert parameters.read_values(["steps=7"], both) == {"steps": 7}


@pytest.mark.parametrize("spec", [None, {}, {"root": 3}], ids=["nothing", "empty", "unreadable"])
def test_without_a_specification_the_values_stay_texts(spec):
    assert parameters.read_values(["steps=7"], spec) == {"steps": "7"}


@pytest.mark.parametrize(
    "root", ["minio://mlpipeline/v2", "s3://b/a/b", "gs://bucket", "gs://b/x/"]
)
def test_roots_that_the_launcher_can_write_to_are_accepted(root):
    assert parameters.check_root(root) == root.rstrip("/")


@pytest.mark.parametrize(
    "root",
    ["/mnt/artifacts", "file:///a", "http://b/a", "s3://", "s3:///a", "S3://b", "s3://b/a b"],
)
def test_other_roots_are_refused_with_those_that_work(root):
    with pytest.raises(WrongUseError, match="minio://BUCKET/PREFIX, s3://BUCKET/PREFIX"):
        parameters.check_root(root)


def test_a_run_without_a_root_has_none():
    assert parameters.check_root("") is None
