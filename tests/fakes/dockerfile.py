"""Reads a Dockerfile's instructions, and says what hadolint does not look at in them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sysconfig
from pathlib import Path
from typing import NamedTuple

SECRET = re.compile(r"token|passw|secret|credential|webhook|api_?key|access_?key", re.I)
LOGIN_IN_URL = re.compile(r"://[^/\s]+@")
# A source is built with packages that need hashes too: those of a lock, or those installed before.
HASHED = (
    {"--require-hashes", "--only-binary"},
    {"--require-hashes", "--build-constraints"},
    {"--no-deps", "--no-build-isolation"},
)
FETCHED = re.compile(r"\b(curl|wget|git|ssh)\s|https?://")


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


def unpinned_bases(instructions: list[Instruction]) -> list[str]:
    """Bases that are no earlier stage, and not pinned by a digest or an ARG without default."""
    first = next(n for n, found in enumerate(instructions) if found.keyword == "FROM")
    arguments = [found.value for found in instructions[:first] if found.keyword == "ARG"]
    stages, found = set(), []
    for base, *name in (each.words for each in instructions if each.keyword == "FROM"):
        digest = base.partition("@")[2]
        demanded = re.fullmatch(r"\$\{(\w+_DIGEST)\}", digest)
        pinned = re.fullmatch("sha256:[0-9a-f]{64}", digest)
        if not (base in stages or pinned or (demanded and demanded[1] in arguments)):
            found.append(base)
        stages |= set(name[1:])
    return found


def privileged_user(instructions: list[Instruction]) -> list[str]:
    """The last stage's last user, unless it is a number that is not root's."""
    users = [found.value for found in last_stage(instructions) if found.keyword == "USER"]
    last = users[-1] if users else "none"
    return [] if re.fullmatch(r"[1-9]\d*(:\d+)?", last) else [last]


def planted_secrets(instructions: list[Instruction]) -> list[str]:
    """Names of arguments and variables that are secrets', and addresses that hold a login."""
    named = (n for i in instructions if i.keyword in ("ARG", "ENV", "LABEL") for n in i.assigned)
    logins = (i.value for i in instructions if LOGIN_IN_URL.search(i.value))
    return [*filter(SECRET.search, named), *logins]


def unhashed_installs(instructions: list[Instruction]) -> list[str]:
    """Commands of pip and uv that take what a registry has, whatever its hash is."""
    commands = [c.strip() for i in instructions if i.keyword == "RUN" for c in i.value.split("&&")]
    installs = [command for command in commands if re.search(r"\bpip (install|sync)\b", command)]
    return [c for c in installs if not any(options <= set(c.split()) for options in HASHED)]


def fetches(instructions: list[Instruction]) -> list[str]:
    """What comes from elsewhere than from the context or from a locked registry."""
    runs = [i.value for i in instructions if i.keyword in ("RUN", "ADD")]
    return [value for value in runs if FETCHED.search(value)]


def copied(instructions: list[Instruction]) -> list[str]:
    """The paths copied from the context."""
    copies = [i.words for i in instructions if i.keyword in ("COPY", "ADD")]
    own = [words for words in copies if not any(word.startswith("--from") for word in words)]
    return [word for words in own for word in words[:-1] if not word.startswith("--")]


def missing_copies(instructions: list[Instruction], root: Path, ignore: str) -> list[str]:
    """Copied paths that are not named one by one, do not exist, or do not reach the builder."""
    return [
        path
        for path in copied(instructions)
        if re.search(r"[*?\[]|^\.?/|^\.$|\.\.", path)
        or not (root / path).exists()
        or ignored(path, ignore)
    ]


def ignored(path: str, ignore: str) -> bool:
    """Whether a .dockerignore keeps a path from the builder: its last line that fits decides."""
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
    """The codes of all rules that hadolint finds broken, with no pragma obeyed."""
    program = Path(sysconfig.get_path("scripts")) / "hadolint"
    assert program.is_file(), f"{program} is not there: `make setup` installs it."
    options = ["--no-fail", "--disable-ignore-pragma", "--format", "json"]
    done = subprocess.run([str(program), *options, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {row["code"] for row in json.loads(done.stdout)}
