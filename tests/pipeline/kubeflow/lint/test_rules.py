"""The list of rules, and the problems that name them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.kubeflow import lint


def test_a_problem_of_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="'no-such-rule'"):
        lint.Problem("no-such-rule", "Trainer", "it is wrong.")


@pytest.mark.parametrize("rule", lint.RULES)
def test_each_rule_is_in_kebab_case_and_used_by_a_check(rule):
    modules = Path(lint.__file__).parent.glob("*.py")
    checks = "".join(path.read_text() for path in modules if path.name != "rules.py")

    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule)
    assert f'"{rule}"' in checks
