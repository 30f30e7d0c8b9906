"""The API's published description, read from the client that is generated from it.

kfp-server-api contains no OpenAPI file, only the code that was generated from it: the parameters of
each operation and the fields of each object, with their types. This module calls every generated
method with a recorder in place of the network, to get its method, path and places of parameters.
"""

import functools
import re
from dataclasses import dataclass
from datetime import datetime

import kfp_server_api

NATIVE = {"str": str, "int": int, "float": (int, float), "bool": bool, "object": object}
DOCUMENTED = re.compile(r":param (\w+):([^\n]*)\n\s*:type \1: (\S+)")


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the types of its parameters and its answer."""

    method: str
    path: str
    query: dict
    required: set
    body: str
    files: set
    returns: str

    def match(self, method, path):
        """The path's parameters, or None for another operation."""
        parts = re.split(r"\{([\w.]+)\}", self.path)
        names = [name.replace(".", "_") for name in parts[1::2]]
        pattern = "([^/:]+)".join(re.escape(part) for part in parts[::2])
        found = re.fullmatch(pattern, path) if method == self.method else None
        return dict(zip(names, found.groups(), strict=True)) if found else None

    def problems(self, query, body, files):
        """The flaws of a request, compared with the description."""
        found = [f"unknown query parameter {name}" for name in query.keys() - self.query.keys()]
        found += [f"{name} is given twice" for name, texts in query.items() if len(texts) > 1]
        for name in query.keys() & self.query.keys():
            if self.query[name] == "int" and not re.fullmatch(r"-?\d+", query[name][0]):
                found.append(f"query parameter {name} is not a number: {query[name][0]}")
        given = query.keys() | files | ({"body"} if body is not None else set())
        found += [f"{name} is missing" for name in self.required - given]
        found += [f"unknown file {name}" for name in files - self.files]
        if body is not None:
            found += wrong(body, self.body, "body") if self.body else ["a body is not expected"]
        return found


@functools.cache
def operations():
    """All operations of the installed version, those without parameters in their paths first."""
    found = []
    for api in vars(kfp_server_api).values():
        if isinstance(api, type) and api.__name__.endswith("ServiceApi"):
            methods = [name for name in vars(api) if name.endswith("_with_http_info")]
            found += [operation(api, getattr(api, name)) for name in methods]
    return sorted(found, key=lambda one: one.path.count("{"))


def operation(api, method):
    """The operation that a generated method would call."""
    documented = DOCUMENTED.findall(method.__doc__)
    kinds = {name: kind for name, _, kind in documented if not re.match("_|async_req", name)}
    recorder = Recorder()
    method(api(recorder), **{name: f"<{name}>" for name in kinds})
    by_marker = {f"<{name}>": kind for name, kind in kinds.items()}
    query = {name: by_marker[marker] for name, marker in recorder.query}
    required = {name for name, text, _ in documented if "(required)" in text}
    body = by_marker.get(recorder.body, "")
    must = {"body" if f"<{name}>" == recorder.body else name for name in required}
    return Operation(
        recorder.method,
        recorder.path,
        query,
        must & {*query, *recorder.files, "body"},
        body,
        set(recorder.files),
        recorder.returns,
    )


class Recorder:
    """Replaces the network of the generated methods, and records the call."""

    client_side_validation = True

    def select_header_accept(self, kinds):
        return kinds[0]

    def select_header_content_type(self, kinds):
        return kinds[0]

    def call_api(self, path, method, path_params, query, header_params, **rest):
        self.path, self.method, self.query = path, method, query
        self.body, self.files, self.returns = rest["body"], rest["files"], rest["response_type"]


def wrong(value, kind, place):
    """The places with values of another type."""
    if found := re.fullmatch(r"list\[(.*)\]", kind):
        if not isinstance(value, list):
            return [f"{place} is not a list"]
        return [e for n, one in enumerate(value) for e in wrong(one, found[1], f"{place}[{n}]")]
    if found := re.fullmatch(r"dict\(str, (.*)\)", kind):
        if not isinstance(value, dict):
            return [f"{place} is not an object"]
        return [e for name, one in value.items() for e in wrong(one, found[1], f"{place}.{name}")]
    if kind in NATIVE:
        is_number = kind in ("int", "float") and isinstance(value, bool)
        fits = isinstance(value, NATIVE[kind]) and not is_number
        return [] if fits else [f"{place} is {value!r}, not {kind}"]
    if kind == "datetime":
        return wrong_time(value, place)
    return wrong_object(value, getattr(kfp_server_api, kind), place)


def wrong_time(value, place):
    try:
        datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return [f"{place} is {value!r}, not a time"]
    return []


def wrong_object(value, model, place):
    """An enumeration's value, or an object with fields that exist and are of their types."""
    if hasattr(model, "allowable_values"):
        return [] if value in model.allowable_values else [f"{place} is {value!r}"]
    if not isinstance(value, dict):
        return [f"{place} is {value!r}, not an object"]
    fields = {name: model.openapi_types[key] for key, name in model.attribute_map.items()}
    found = [f"unknown field {place}.{name}" for name in value.keys() - fields.keys()]
    for name in value.keys() & fields.keys():
        found += wrong(value[name], fields[name], f"{place}.{name}")
    return found
