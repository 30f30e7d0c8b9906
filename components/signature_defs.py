"""Reads the signatures of a SavedModel without loading it: names, types, inputs and outputs."""

from __future__ import annotations

import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

FILE = "saved_model.pb"
SERVED = "serve"  # The tag of the graph that servers load.


def read(folder: str) -> dict[str, meta_graph_pb2.SignatureDef]:
    """The signatures by name. Raises OpError if the folder has no model, DecodeError for others."""
    with tf.io.gfile.GFile(f"{folder}/{FILE}", "rb") as file:
        model = saved_model_pb2.SavedModel.FromString(file.read())
    graphs = [graph for graph in model.meta_graphs if SERVED in graph.meta_info_def.tags]
    return dict(graphs[0].signature_def) if graphs else {}
