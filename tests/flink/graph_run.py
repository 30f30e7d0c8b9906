"""Runs the real graph up to a step, and reads its results for comparison."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow_data_validation as tfdv

from components.ingestion import rejects
from components.ingestion import summary as ingestion_summary
from components.ingestion.summary import Summary
from pipeline.local import partial_run
from pipeline.settings import IN_PROCESS, Settings
from trainer import configs
from trainer.data import preprocessing
from trainer.data.preprocessing import DataStatistics
from trainer.data.records import SPLITS

EXPERIMENT = configs.load("flowers")


@dataclass(frozen=True)
class Made:
    """The results of one run's steps."""

    summary: Summary
    reasons: dict[str, str]  # Of rejects, by path.
    digests: dict[str, str]  # Of the record files, by path below the artifact.
    counts: dict[str, dict]  # Of each split's statistics, by field.
    learned: DataStatistics | None  # By Transform, if it ran.
    seconds: dict[str, float]


def run(
    images: Path, home: Path, *, last: str = "Transform", beam_args: tuple[str, ...] = IN_PROCESS
) -> Made:
    """Runs the components up to `last`."""
    settings = Settings(
        data=str(images),
        workdir=str(home),
        push_root=str(home / "served"),
        beam_args=beam_args,
    )
    begin = time.monotonic()
    steps = partial_run.run_to(last, EXPERIMENT, settings)
    uris = {key: a.uri for step in steps.values() for key, a in step.artifacts.items()}
    seconds = {name: step.seconds for name, step in steps.items()}
    graph = uris.get("transform_graph")
    return Made(
        summary=ingestion_summary.read(uris["rejects"]),
        reasons={reject.path: reject.reason for reject in rejects.read(uris["rejects"])},
        digests=digests(Path(uris["examples"])),
        counts={split: counts(Path(uris["statistics"]), split) for split in SPLITS},
        learned=preprocessing.read_classes(graph) if graph else None,
        seconds=seconds | {"all": time.monotonic() - begin},
    )


def digests(examples: Path) -> dict[str, str]:
    """The digest of each record file."""
    return {
        str(path.relative_to(examples)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(examples.rglob("*"))
        if path.is_file()
    }


def counts(statistics: Path, split: str) -> dict:
    """The counts in the statistics: examples, values of each field, and images of each class."""
    read = tfdv.load_stats_binary(str(statistics / f"Split-{split}" / "FeatureStats.pb"))
    [found] = read.datasets
    fields = {f.path.step[0] or f.name: f for f in found.features}
    return {"examples": found.num_examples} | {name: field(f) for name, f in fields.items()}


def field(found) -> tuple:
    """One field's counts, with those of each text, or with the range and mean of its numbers."""
    if found.HasField("string_stats"):
        some = found.string_stats
        labels = sorted((b.label, b.sample_count) for b in some.rank_histogram.buckets)
        return some.common_stats.num_non_missing, some.unique, tuple(labels)
    some = found.num_stats
    return some.common_stats.num_non_missing, some.min, some.max, round(some.mean, 6)


def assert_same(made: Made, direct: Made) -> None:
    """Counts, rejects, records and statistics are equal; learned values are so up to rounding."""
    assert made.summary == direct.summary
    assert made.reasons == direct.reasons
    assert made.digests == direct.digests
    assert made.counts == direct.counts
    assert bool(made.learned) == bool(direct.learned)
    if made.learned:
        assert made.learned.labels == direct.learned.labels
        for name in ("mean", "std", "size_boundaries"):
            found, expected = (np.array(getattr(m.learned, name)) for m in (made, direct))
            np.testing.assert_allclose(found, expected, rtol=1e-5, err_msg=name)
