"""TensorFlow Flowers: 3,670 photographs in five class folders, from TensorFlow's public address."""

from __future__ import annotations

from pathlib import Path

from pipeline.demo import download
from pipeline.demo.download import Archive

# Checksum: https://github.com/tensorflow/datasets, datasets/tf_flowers/checksums.tsv.
ARCHIVE = Archive(
    url="https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
    sha256="4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
    top_folder="flower_photos",
)


def fetch(folder: Path, *, archive: Archive = ARCHIVE) -> Path:
    """The folder of photographs, downloaded unless it is there. Raises a DownloadError."""
    return download.fetch(folder, archive)
