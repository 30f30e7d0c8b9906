"""Values of parameters, typed as the backend types them."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.rehearsal import parameters
from pipeline.kubeflow.rehearsal.failures import DriverFailed
from pipeline.kubeflow.rehearsal.parameters import Types


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (3.0, "3"),
        (0.5, "0.5"),
        (True, "true"),
        (None, ""),
        ([1.0, "a"], '[1,"a"]'),
        ({"b": 1.0, "a": {}}, '{"a":{},"b":1}'),
    ],
)
def test_anything_becomes_text(value, text):
    assert parameters.typed("x", value, Types.STRING) == text


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        ("3", Types.NUMBER_INTEGER),
        (True, Types.NUMBER_DOUBLE),
        (1.0, Types.BOOLEAN),
        ("[]", Types.LIST),
    ],
)
def test_nothing_else_is_turned_into_another_type(value, declared):
    with pytest.raises(DriverFailed, match="'x' type mismatch: expect"):
        parameters.typed("x", value, declared)


def test_null_is_no_value():
    with pytest.raises(DriverFailed, match="got null"):
        parameters.typed("x", None, Types.NUMBER_INTEGER)


def test_the_file_of_an_output_parameter_is_read_as_declared():
    assert parameters.from_text("3", Types.NUMBER_INTEGER) == 3
    assert parameters.from_text("3", Types.STRING) == "3"
    with pytest.raises(ValueError, match="no BOOLEAN"):
        parameters.from_text("3", Types.BOOLEAN)
