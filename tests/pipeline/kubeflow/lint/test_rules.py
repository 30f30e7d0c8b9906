"""The list of rules, and the problems that name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.kubeflow import lint


def test_a_problem_of_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="'no-such-rule'"):
        lint.Problem("no-such-rule", "Trainer", "it is wrong.")


def test_each_rule_is_used_by_a_check():
    modules = Path(lint.__file__).parent.glob("*.py")
    checks = "".join(path.read_text() for path in modules if path.name != "rules.py")

    assert [rule for rule in lint.RULES if f'"{rule}"' not in checks] == []
