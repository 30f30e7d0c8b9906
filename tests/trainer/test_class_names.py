"""Names of classes: which are refused, and which look like another."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from trainer import configs
from trainer.class_names import find_similar

DATA = {name: configs.load(name).data for name in ("flowers", "pets")}


@pytest.mark.parametrize("experiment", DATA)
@pytest.mark.parametrize(
    ("names", "value", "place"),
    [
        pytest.param(("a", "b", "a"), "'a'", "positions 0 and 2", id="twice"),
        pytest.param(("a", ""), "''", "position 1", id="empty"),
        pytest.param((" \u3000", "a"), "' \\u3000'", "position 0", id="blank"),
        pytest.param(("\u200b", "a"), "'\\u200b'", "position 0", id="zero-width"),
        pytest.param(("\u3164", "a"), "'\u3164'", "position 0", id="filler"),
        pytest.param(("a", "b\nc"), "'b\\nc'", "position 1", id="line-break"),
        pytest.param(("a", "b\rc"), "'b\\rc'", "position 1", id="carriage-return"),
        pytest.param(("a", "\x1b[31mb"), "'\\x1b[31mb'", "position 1", id="control"),
        pytest.param(("a", "b\u2028c"), "'b\\u2028c'", "position 1", id="line-separator"),
    ],
)
def test_a_name_that_no_label_file_can_contain_is_refused(experiment, names, value, place):
    with pytest.raises(ValueError, match="classes") as raised:
        replace(DATA[experiment], classes=names)

    assert f"{value} " in str(raised.value)
    assert re.search(rf"\b{place}\b", str(raised.value))


def test_the_classes_of_the_ground_are_names_too():
    with pytest.raises(ValueError, match="ground") as raised:
        replace(DATA["pets"].mask, ground=("background", "background"))

    assert "positions 0 and 1" in str(raised.value)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["Rose", "ROSE", "rose"], id="capitals"),
        pytest.param(["STRASSE", "Straße"], id="sharp-s"),
        pytest.param(["cafe\u0301", "caf\u00e9"], id="normalization"),
        pytest.param(["re\u200bd", "red", "\u202ered"], id="invisible-signs"),
        pytest.param(["sea  lion", "sea lion "], id="spaces"),
    ],
)
def test_names_that_look_alike_are_one_group(names):
    assert find_similar([*names, "other"]) == [sorted(names)]


def test_names_that_differ_are_in_no_group():
    assert find_similar(["rose", "roses", "rosé"]) == []
