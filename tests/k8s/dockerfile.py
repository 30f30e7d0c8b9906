"""Reads Dockerfiles and .dockerignore files, and runs hadolint."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sysconfig
from pathlib import Path
from typing import NamedTuple


class Instruction(NamedTuple):
    """One instruction, its lines joined."""

    keyword: str
    value: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.value)

    @property
    def assigned(self) -> dict[str, str]:
        """Of ENV, ARG and LABEL: values by name, with no value for an ARG without default."""
        pairs = (word.partition("=") for word in self.words)
        return {name: value for name, _, value in pairs}


def read(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    parts = (line.split(None, 1) for line in joined.splitlines() if line.strip())
    return [Instruction(keyword.upper(), value.strip()) for keyword, value in parts]


def last_stage(instructions: list[Instruction]) -> list[Instruction]:
    first = max(n for n, found in enumerate(instructions) if found.keyword == "FROM")
    return instructions[first:]


def environment(instructions: list[Instruction]) -> dict[str, str]:
    """What ENV sets in the last stage."""
    stage = last_stage(instructions)
    return {k: v for found in stage if found.keyword == "ENV" for k, v in found.assigned.items()}


def commands(instructions: list[Instruction]) -> list[str]:
    """The commands of all RUN instructions."""
    runs = [found.value for found in instructions if found.keyword == "RUN"]
    return [command.strip() for value in runs for command in value.split("&&")]


def copied(instructions: list[Instruction]) -> list[str]:
    """The paths copied from the context."""
    copies = [i.words for i in instructions if i.keyword in ("COPY", "ADD")]
    own = [words for words in copies if not any(word.startswith("--from") for word in words)]
    return [word for words in own for word in words[:-1] if not word.startswith("--")]


def ignored(path: str, ignore: str) -> bool:
    """Whether a .dockerignore excludes a path: the last line that matches decides."""
    parts = path.split("/")
    tried = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    result = False
    for line in ignore.splitlines():
        pattern = line.strip().removeprefix("!").strip("/")
        if pattern and not pattern.startswith("#"):
            expression = _expression(pattern)
            if any(re.fullmatch(expression, each) for each in tried):
                result = not line.startswith("!")
    return result


def _expression(pattern: str) -> str:
    translated = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(translated.get(part, re.escape(part)) for part in parts)


def hadolint(file: Path) -> set[str]:
    """The codes of the rules that a Dockerfile breaks; pragmas in it are ignored."""
    program = Path(sysconfig.get_path("scripts")) / "hadolint"
    assert program.is_file(), f"{program} is missing: run `make setup`."
    options = ["--no-fail", "--disable-ignore-pragma", "--format", "json"]
    done = subprocess.run([str(program), *options, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {row["code"] for row in json.loads(done.stdout)}
