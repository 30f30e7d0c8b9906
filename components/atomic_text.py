"""Small text files that are complete when they become visible."""

from __future__ import annotations

import uuid

import tensorflow as tf


def write(path: str, text: str) -> None:
    """Writes a temporary file and renames it, so that readers never see a partial file.

    An older file of this name is replaced.
    """
    partial = f"{path}.{uuid.uuid4().hex}"
    with tf.io.gfile.GFile(partial, "w") as file:
        file.write(text)
    tf.io.gfile.rename(partial, path, overwrite=True)


def read(path: str) -> str:
    """Reads the whole file."""
    with tf.io.gfile.GFile(path) as file:
        return file.read()
