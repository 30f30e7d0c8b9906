"""Checks resources against definitions: `definition_check.py DEFINITION... -- RENDERED...`.

Runs in the environment of kubernetes-validate, which has PyYAML and jsonschema. A field that
is not in its CustomResourceDefinition is an error; rules in the Common Expression Language are not
checked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

OF_ALL = ("apiVersion", "kind", "metadata")  # Some generators leave them out.
Schemas = dict[tuple[str, str], Any]


def main(arguments: list[str]) -> int:
    """Prints a line for each field that does not match. Exit code: 0 if there are none, else 1."""
    end = arguments.index("--")
    known = read_schemas(arguments[:end])
    found = [line for path in arguments[end + 1 :] for line in find_problems(path, known)]
    print("\n".join(found), end="\n" if found else "")
    return int(bool(found))


def find_problems(path: str, known: Schemas) -> Iterator[str]:
    """Yields the errors in those resources that have a definition."""
    import jsonschema  # Here, so that the rest is tested without it.

    for resource in read_documents(path):
        schema = known.get((resource["apiVersion"], resource["kind"]))
        if schema is not None:
            for error in jsonschema.Draft202012Validator(schema).iter_errors(resource):
                name = f"{resource['kind']} {resource['metadata']['name']}"
                yield f"{Path(path).name}: {name}: {error.json_path}: {error.message[:300]}"


def read_schemas(paths: list[str]) -> Schemas:
    """The schema of each kind and version in the definitions."""
    found = {}
    for definition in (document for path in paths for document in read_documents(path)):
        spec = definition["spec"]
        for version in spec["versions"]:
            schema = refuse_unknown_fields(version["schema"]["openAPIV3Schema"])
            schema["properties"] = {**dict.fromkeys(OF_ALL, True), **schema["properties"]}
            found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return found


def refuse_unknown_fields(schema: Any) -> Any:
    """Returns a copy that refuses unknown fields in every object that lists its fields."""
    if isinstance(schema, list):
        return [refuse_unknown_fields(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: refuse_unknown_fields(part) for key, part in schema.items()}
    is_open = closed.get("x-kubernetes-preserve-unknown-fields") or closed.get("type") != "object"
    if isinstance(closed.get("properties"), dict) and not is_open:
        closed.setdefault("additionalProperties", False)
    return closed


def read_documents(path: str) -> list[dict[str, Any]]:
    """The documents in a YAML file, without empty ones."""
    read = yaml.load_all(Path(path).read_text("utf-8"), yaml.CSafeLoader)
    return [document for document in read if document]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
