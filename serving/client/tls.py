"""Files for encrypted connections: whom the client trusts, and who it is."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from serving.client.errors import UnusableCertificate

File = str | PathLike[str]


class PemFiles(NamedTuple):
    """The contents of the files; None if a file is not given."""

    ca: bytes | None
    certificate: bytes | None
    key: bytes | None


@dataclass(frozen=True, kw_only=True)
class TLS:
    """PEM files. `certificate` and `key` prove who the client is (mutual TLS).

    Without `ca`, the client trusts the authorities of this system over REST, and those that gRPC
    contains over gRPC.
    """

    ca: File | None = None
    certificate: File | None = None
    key: File | None = None

    def read(self) -> PemFiles:
        """The files, after a check that they can be used. Raises UnusableCertificate."""
        self.make_context()
        files = (self.ca, self.certificate, self.key)
        return PemFiles(*(Path(file).read_bytes() if file else None for file in files))

    def make_context(self) -> ssl.SSLContext:
        """The settings of a connection. Raises UnusableCertificate."""
        if bool(self.certificate) != bool(self.key):
            raise UnusableCertificate("TLS has one of certificate and key: give both, or neither.")
        with _name_files("ca", self.ca):
            context = ssl.create_default_context(cafile=self.ca)
        if self.certificate:
            with _name_files("certificate and key", self.certificate, self.key):
                context.load_cert_chain(self.certificate, self.key)
        return context


@contextmanager
def _name_files(role: str, *files: File | None) -> Iterator[None]:
    """Names the files in errors, which OpenSSL does not."""
    try:
        yield
    except OSError as error:  # ssl.SSLError is one.
        names = " and ".join(repr(str(file)) for file in files)
        reason = error.strerror or error
        raise UnusableCertificate(
            f"TLS cannot use {names} as {role} ({reason}): give readable PEM files that match."
        ) from error
