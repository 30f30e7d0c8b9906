"""Reads what a query in PromQL asks for."""

from __future__ import annotations

import re

GROUPING = r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)"
OPERATORS = {"and", "or", "unless", "offset", "bool"}


def metrics(query: str) -> set[str]:
    """The names of its metrics: what is neither function nor label, string, range or operator."""
    kept = re.sub(r"label_values\(([^,]*),[^)]*\)", r"\1", query)
    for part in (r'"[^"]*"', r"\{[^}]*\}", r"\[[^\]]*\]", GROUPING):
        kept = re.sub(part, " ", kept)
    names = re.findall(r"(?<![\w.:])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()", kept)
    return set(names) - OPERATORS


def labels(query: str) -> set[str]:
    """The labels that it selects or groups by."""
    selected = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", query)
    grouped = [name.strip() for names in re.findall(GROUPING, query) for name in names.split(",")]
    listed = re.findall(r"label_values\([^,]*,\s*(\w+)\)", query)
    return {name for name in [*selected, *grouped, *listed] if name}


def values(query: str, label: str) -> set[str]:
    """The values that it compares a label with."""
    found = re.findall(rf"\b{label}\s*(?:=~|!~|!=|=)\s*\"([^\"]*)\"", query)
    return {value for text in found for value in text.split("|")}
