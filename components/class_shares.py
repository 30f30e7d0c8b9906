"""How many examples each class has: from the statistics of a run, or from a served model."""

from __future__ import annotations

import json

import tensorflow as tf
import tensorflow_data_validation as tfdv

from components import atomic_text
from trainer.data.records import LABEL_TEXT

ASSET = "assets.extra/class_shares.json"


def counts(statistics_uri: str, split: str) -> dict[str, int]:
    """Examples of each class in one split, by StatisticsGen's output folder; none have none."""
    path = f"{statistics_uri}/Split-{split}/FeatureStats.pb"
    features = tfdv.load_stats_binary(path).datasets[0].features
    labels = [feature for feature in features if list(feature.path.step) == [LABEL_TEXT]]
    buckets = [bucket for label in labels for bucket in label.string_stats.rank_histogram.buckets]
    return {bucket.label: round(bucket.sample_count) for bucket in buckets}


def shares(statistics_uri: str, split: str) -> dict[str, float]:
    """Each class's part of one split's examples: they sum to 1."""
    found = counts(statistics_uri, split)
    total = sum(found.values())
    return {label: count / total for label, count in sorted(found.items())}


def write(model_folder: str, found: dict[str, float]) -> None:
    """Puts the shares a model was trained with beside it."""
    path = f"{model_folder}/{ASSET}"
    tf.io.gfile.makedirs(path.rpartition("/")[0])
    atomic_text.write(path, json.dumps(found, indent=2, ensure_ascii=False))


def read(model_folder: str) -> dict[str, float]:
    """The shares a model was trained with; empty where none are beside it."""
    path = f"{model_folder}/{ASSET}"
    if not tf.io.gfile.exists(path):
        return {}
    return json.loads(atomic_text.read(path))
