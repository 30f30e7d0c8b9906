"""HTTP of the tests' API server: parses requests and writes answers."""

import json
import ssl
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def serve(api, tls):
    """A server on a free port, not yet running, and its address. `tls`: certificate and key."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"api": api}))
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server, f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}{api.base}"


class Handler(BaseHTTPRequestHandler):
    """Parses requests and writes answers."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # Sends each answer as one packet, so that the client does not wait.

    def _serve(self):
        parts = urlsplit(self.path)
        self.path_only = parts.path.removeprefix(self.api.base)
        self.query = parse_qs(parts.query, keep_blank_values=True)
        self.query = {name: texts for name, texts in self.query.items() if texts != [""]}
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.body, self.files = self._content(content)
        status, found = self.api.answer(self)
        text = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_DELETE = do_PATCH = _serve  # noqa: N815

    def _content(self, content):
        """The JSON, or the files of a form."""
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            return (json.loads(content) if content else None), {}
        form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + content)
        named = {
            part.get_param("name", header="content-disposition"): part
            for part in form.get_payload()
        }
        return None, {name: part.get_payload(decode=True) for name, part in named.items()}

    def log_message(self, *arguments):
        """Nothing: tests read what the commands print."""
