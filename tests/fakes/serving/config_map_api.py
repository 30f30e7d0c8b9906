"""A Kubernetes API server on loopback with one ConfigMap, as far as kubectl needs it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RESOURCE = {
    "name": "configmaps",
    "singularName": "configmap",
    "namespaced": True,
    "kind": "ConfigMap",
    "verbs": ["get", "update"],
}
DISCOVERY = {
    "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [RESOURCE]},
}


class ConfigMapApi:
    """Use it in a `with` block; `data` is the ConfigMap's."""

    def __init__(self, namespace, name, data):
        self.path = f"/api/v1/namespaces/{namespace}/configmaps/{name}"
        self._version = 1
        self._map = {"apiVersion": "v1", "kind": "ConfigMap", "data": data}
        self._map["metadata"] = {"name": name, "namespace": namespace}
        self._busy = threading.Lock()
        handler = type("Bound", (Handler,), {"api": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self):
        poll = {"poll_interval": 0.02}
        threading.Thread(target=self._http.serve_forever, kwargs=poll, daemon=True).start()
        return self

    def __exit__(self, kind, error, traceback):
        self._http.shutdown()
        self._http.server_close()

    @property
    def data(self):
        return self._map["data"]

    def answer(self, method, path, body):
        """Status and object for a request."""
        with self._busy:
            if path in DISCOVERY:
                return 200, DISCOVERY[path]
            if path != self.path:
                return 404, fail(404, "NotFound", f"{path} not found")
            if method == "PUT":
                if body["metadata"]["resourceVersion"] != str(self._version):
                    return 409, fail(409, "Conflict", "the object has been modified")
                self._map, self._version = body, self._version + 1
            self._map["metadata"]["resourceVersion"] = str(self._version)
            return 200, self._map


class Handler(BaseHTTPRequestHandler):
    """Parses requests and writes answers."""

    protocol_version = "HTTP/1.1"

    def _serve(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        status, found = self.api.answer(self.command, path, json.loads(content or "null"))
        text = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = _serve  # noqa: N815

    def log_message(self, *arguments):
        """Nothing: tests read what the commands print."""


def fail(code, reason, message):
    kind = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return {**kind, "code": code, "reason": reason, "message": message}
