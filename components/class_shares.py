"""Each class's share of the examples: from the statistics of a run, or stored with a model."""

from __future__ import annotations

import json

import tensorflow as tf
import tensorflow_data_validation as tfdv

from components import atomic_text
from trainer.data.records import LABEL_TEXT

ASSET = "assets.extra/class_shares.json"


def compute(statistics_uri: str, split: str) -> dict[str, float]:
    """Computes each class's share of one split's examples. The shares sum to 1."""
    counts = count(statistics_uri, split)
    total = sum(counts.values())
    return {label: number / total for label, number in sorted(counts.items())}


def count(statistics_uri: str, split: str) -> dict[str, int]:
    """Counts the examples of each class in one split, from StatisticsGen's output folder."""
    path = f"{statistics_uri}/Split-{split}/FeatureStats.pb"
    features = tfdv.load_stats_binary(path).datasets[0].features
    labels = [feature for feature in features if list(feature.path.step) == [LABEL_TEXT]]
    buckets = [bucket for label in labels for bucket in label.string_stats.rank_histogram.buckets]
    return {bucket.label: round(bucket.sample_count) for bucket in buckets}


def write(model_folder: str, shares: dict[str, float]) -> None:
    """Stores the shares that a model was trained with in its folder."""
    path = f"{model_folder}/{ASSET}"
    tf.io.gfile.makedirs(path.rpartition("/")[0])
    atomic_text.write(path, json.dumps(shares, indent=2, ensure_ascii=False))


def read(model_folder: str) -> dict[str, float]:
    """Reads the shares that a model was trained with; empty if its folder has none."""
    path = f"{model_folder}/{ASSET}"
    if not tf.io.gfile.exists(path):
        return {}
    return json.loads(atomic_text.read(path))
