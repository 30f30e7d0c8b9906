"""Imports point one way, and the layout is what the architecture says: read from the sources."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "pipeline": {"pipeline", "components", "trainer", "serving"},
    "components": {"components", "trainer", "serving"},
    "trainer": {"trainer"},
    "serving": {"serving"},
}
TENSORFLOW = {"tensorflow", "tensorflow_transform", "tensorflow_data_validation", "tfx", "tf_keras"}
COMMANDS = ("pipeline/cli/", "pipeline/bench/", "pipeline/demo/")
MOST_FILES = 16
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "misc", "manager"}


def tracked() -> list[str]:
    """Paths below the root: by git, or all where this is no clone."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return sorted(path for path in set(listed.stdout.split("\n")) if (ROOT / path).is_file())
    folders = (*MAY_IMPORT, "k8s", "tests", "tools")
    return sorted(str(p.relative_to(ROOT)) for f in folders for p in (ROOT / f).rglob("*.py"))


PATHS = tracked()
MODULES = [path for path in PATHS if path.endswith(".py") and path.split("/")[0] in MAY_IMPORT]


def imports(path: str) -> set[str]:
    """The modules that a source imports, but for those that only type checkers read."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    unread = {n for block in ast.walk(tree) if type_checking(block) for n in ast.walk(block)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in unread:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def packages(path: str) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def test_there_are_sources_to_read():
    assert {path.split("/")[0] for path in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES)
def test_imports_point_one_way(path):
    package = path.split("/")[0]

    assert packages(path) & set(MAY_IMPORT) <= MAY_IMPORT[package]


# Names from outside are escaped, and nothing is cut in a pipe, if all use these two files.
PRINTING = ("serving/printable.py", "serving/terminal.py")


@pytest.mark.parametrize("path", sorted({*MODULES} - {*PRINTING}))
def test_consoles_tables_and_markup_come_from_serving(path):
    assert not {"rich.markup.escape", "rich.table.Table", "rich.print"} & imports(path)
    if "rich.console.Console" in imports(path):
        assert "Console(" not in (ROOT / path).read_text(encoding="utf-8")
    assert not re.search(r"typer\.run\(|Progress\((?!.*console=)", (ROOT / path).read_text("utf-8"))


def test_no_two_files_import_each_other():
    read = {path: {file for name in imports(path) for file in exact(name)} for path in MODULES}

    pairs = {(path, other) for path in MODULES for other in read[path] if path in read[other]}
    assert not {pair for pair in pairs if pair[0] != pair[1]}


def exact(name: str) -> set[str]:
    """The file that an imported name stands for, or is defined in."""
    parts = name.split(".")
    for depth in (len(parts), len(parts) - 1):
        stem = "/".join(parts[:depth])
        if file := {f"{stem}.py", f"{stem}/__init__.py"} & set(MODULES):
            return file
    return set()


def test_only_commands_import_the_command():
    others = [
        path
        for path in MODULES
        if not path.startswith(COMMANDS) and not path.endswith("__main__.py")
    ]

    assert others
    assert not [p for p in others for n in imports(p) if n.startswith("pipeline.cli")]


def test_the_client_library_imports_nothing_of_the_server():
    client = [path for path in MODULES if path.startswith("serving/client/")]

    assert client
    assert not [p for p in client for n in imports(p) if n.startswith("serving.server")]


def test_a_folder_holds_no_more_files_than_fit_at_a_glance():
    folders = Counter(str(Path(path).parent) for path in MODULES)

    assert {folder: n for folder, n in folders.items() if n > MOST_FILES} == {}


def test_tfx_is_imported_where_the_graph_is_and_in_the_trainers_entry():
    importers = {path for path in MODULES if "tfx" in packages(path)}

    outside = {path for path in importers if path.split("/")[0] not in ("pipeline", "components")}
    assert outside <= {"trainer/run.py"}


def test_tfx_is_imported_without_the_client_of_vertex_ai():
    wrong = {path for path in MODULES for name in imports(path) if name.startswith("tfx.v1")}

    assert wrong == set()


def test_models_import_nothing_of_tensorflow():
    models = [path for path in MODULES if path.startswith("trainer/models/")]

    assert models
    assert {path: found for path in models if (found := reached(path) & TENSORFLOW)} == {}


def reached(path: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The packages that a module imports, itself or by other modules of the project."""
    names = imports(path)
    own = {source for name in names for source in sources(name)} - seen - {path}
    deeper = (reached(source, seen | own | {path}) for source in own)
    return {name.split(".")[0] for name in names}.union(*deeper)


def sources(name: str) -> set[str]:
    """The project's files that are read when this name is imported."""
    parts = name.split(".")
    folders = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    files = {f"{folder}/__init__.py" for folder in folders} | {f"{f}.py" for f in folders}
    return files & set(MODULES)


def test_modules_with_a_component_keep_their_real_types():
    components = [path for path in MODULES if declares_component(path)]

    assert components
    assert not [path for path in components if "__future__.annotations" in imports(path)]


def declares_component(path: str) -> bool:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    decorators = (d for function in functions for d in function.decorator_list)
    return any(ast.unparse(d).split("(")[0].split(".")[-1] == "component" for d in decorators)


def test_kubernetes_holds_no_python():
    assert not [path for path in PATHS if path.startswith("k8s/") and path.endswith(".py")]


def test_the_name_of_every_module_says_what_is_in_it():
    parts = {path: {*Path(path).with_suffix("").parts} for path in PATHS if path.endswith(".py")}

    words = {path: {w for part in names for w in part.split("_")} for path, names in parts.items()}
    assert not [path for path, found in words.items() if found & NAMES_THAT_SAY_NOTHING]


@pytest.mark.parametrize("path", MODULES)
def test_every_module_says_what_it_is(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)
