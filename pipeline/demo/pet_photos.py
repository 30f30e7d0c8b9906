"""The Oxford-IIIT pets: 7,390 photographs with trimaps, from the University of Oxford's address.

Parkhi, Vedaldi, Zisserman, Jawahar, "Cats and Dogs", CVPR 2012; CC BY-SA 4.0.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.demo import download
from pipeline.demo.download import Archive

ROOT = "https://thor.robots.ox.ac.uk/~vgg/data/pets"
# Checksums: https://github.com/tensorflow/datasets, datasets/oxford_iiit_pet/checksums.tsv.
ARCHIVES = (
    Archive(
        url=f"{ROOT}/annotations.tar.gz",
        sha256="52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91",
        top_folder="annotations",
    ),
    Archive(
        url=f"{ROOT}/images.tar.gz",
        sha256="67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
        top_folder="images",
    ),
)


def fetch(folder: Path, *, archives: tuple[Archive, ...] = ARCHIVES) -> Path:
    """The folder with images/ and annotations/, downloaded unless it is there.

    It gets its name when both are complete. Raises a DownloadError.
    """
    if not folder.is_dir():
        unfinished = folder.with_name(f"{folder.name}.part")
        for archive in archives:
            download.fetch(unfinished / archive.top_folder, archive)
        unfinished.replace(folder)
    return folder
