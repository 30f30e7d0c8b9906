"""Finds the model to ask, and what it returns, without loading it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import tensorflow as tf
from google.protobuf.message import DecodeError

from components import serving_folder, signature_defs
from components.errors import DataError
from pipeline.bulk import tables

SIGNATURE = "serving_default"


@dataclass(frozen=True)
class BulkModel:
    """A SavedModel whose default signature takes encoded images."""

    folder: str
    input_name: str
    schema: pa.Schema  # Of the answers.


def find_model(place: str) -> BulkModel:
    """The SavedModel in a folder, or the newest version of the only model in a push root.

    Raises DataError if there is none or several, or if it does not take encoded images.
    """
    folder = _find_version(place)
    try:
        signatures = signature_defs.read(folder)
    except (tf.errors.OpError, DecodeError) as error:
        raise DataError("not_a_model", f"{folder} is not a SavedModel: {error}") from error
    if SIGNATURE not in signatures:
        raise DataError(
            "no_default_signature",
            f"{folder} has no signature {SIGNATURE!r}, only {sorted(signatures)}: export the model "
            "with one that takes encoded images.",
        )
    inputs = signatures[SIGNATURE].inputs
    strings = [name for name in inputs if inputs[name].dtype == tf.string.as_datatype_enum]
    if len(inputs) != 1 or not strings:
        raise DataError(
            "not_of_images",
            f"The signature {SIGNATURE!r} of {folder} takes {sorted(inputs)}: bulk predictions "
            "need one input, of encoded images.",
        )
    return BulkModel(folder, strings[0], tables.make_schema(signatures[SIGNATURE].outputs))


def _find_version(place: str) -> str:
    if tf.io.gfile.exists(f"{place}/{signature_defs.FILE}"):
        return place
    if versions := serving_folder.list_versions(place):
        return f"{place}/{versions[-1]}"
    models = _list_models(place)
    if len(models) == 1:
        return _find_version(models[0])
    found = f"only models {models}" if models else "no SavedModel and no version"
    raise DataError("no_model", f"{place} contains {found}: set --model to the folder of a model.")


def _list_models(root: str) -> list[str]:
    if not tf.io.gfile.isdir(root):
        return []
    folders = [f"{root}/{name.rstrip('/')}" for name in tf.io.gfile.listdir(root)]
    return sorted(folder for folder in folders if serving_folder.list_versions(folder))
