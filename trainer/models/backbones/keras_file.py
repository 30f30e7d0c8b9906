"""Loads a file of weights that Keras wrote: .weights.h5, .h5 or .keras."""

from __future__ import annotations

import zipfile

import keras

UNREADABLE = (
    zipfile.BadZipFile,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)  # What Keras raises for damaged files, and for those of another network.


def load_weights(model: keras.Model, path: str) -> None:
    """Loads the file into the model. Raises ValueError, one line long, if it does not fit."""
    try:
        model.load_weights(path)
    except UNREADABLE as error:
        first = str(error).strip().split("\n", 1)[0]
        raise ValueError(first or type(error).__name__) from error
