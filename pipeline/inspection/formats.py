"""The formats of pictures of graphs, by the ends of file names."""

from __future__ import annotations

from typing import Any

# Metadata that would differ from call to call.
FORMATS: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
