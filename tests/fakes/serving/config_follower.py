"""A server on loopback that follows a model config as TF Serving does, without models.

It polls when it is asked. As in ServerCore::ReloadConfig, labels move first, and only to versions
that are AVAILABLE; then versions load, which takes one more poll, and others unload.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from serving.rollout.config.model_config import find_model

NEW, FAILED = "LOADING", "END"


class ConfigFollower:
    """Serves the model `shop`. Use it in a `with` block; `dangling` must stay empty."""

    def __init__(self, read_config, existing, broken=()):
        self._read_config, self._existing, self._broken = read_config, existing, broken
        self.states, self.labels, self.dangling = {}, {}, []
        self._busy = threading.Lock()
        handler = type("Bound", (Handler,), {"follower": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self):
        poll = {"poll_interval": 0.02}
        threading.Thread(target=self._http.serve_forever, kwargs=poll, daemon=True).start()
        return self

    def __exit__(self, kind, error, traceback):
        self._http.shutdown()
        self._http.server_close()
        assert kind or self.dangling == []

    def answer(self, path):
        """Status and object for a request."""
        with self._busy:
            self._poll()
            if path == "/v1/models/shop":
                return 200, {"model_version_status": [*map(self._describe, self.states)]}
            label = path.split("/")[-2]
            if path != f"/v1/models/shop/labels/{label}/metadata" or label not in self.labels:
                return 404, {"error": f"{path} not found"}
            return 200, {"model_spec": {"name": "shop", "version": str(self.labels[label])}}

    def _poll(self):
        model = find_model(self._read_config(), "shop")
        available = {v for v, state in self.states.items() if state == "AVAILABLE"}
        if set(model.labels.values()) <= available:
            self.labels = model.labels
        wanted = model.versions or sorted(self._existing)[-1:]
        states = {v: self._load(v) for v in wanted if v in self._existing}
        self.dangling += [name for name, v in self.labels.items() if v not in states]
        self.states = states

    def _load(self, version):
        if version not in self.states and self.states:
            return NEW
        return FAILED if version in self._broken else "AVAILABLE"

    def _describe(self, version):
        state = self.states[version]
        error = "it is broken" if state == FAILED else ""
        status = {"error_code": "OK", "error_message": error}
        return {"version": str(version), "state": state, "status": status}


class Handler(BaseHTTPRequestHandler):
    """Writes answers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, found = self.follower.answer(self.path)
        text = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        """Nothing: tests read what the commands print."""
