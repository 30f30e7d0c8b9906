"""Where the photographs of the demos are published, and how they become a folder.

Checksums: https://github.com/tensorflow/datasets, checksums.tsv of tf_flowers and oxford_iiit_pet.
"""

from __future__ import annotations

from pathlib import Path

from pipeline import whole
from pipeline.sources import download
from pipeline.sources.download import Archive

# TensorFlow Flowers: 3,670 photographs in five class folders.
FLOWERS = Archive(
    url="https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
    sha256="4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
    top_folder="flower_photos",
)
# Oxford-IIIT pets: 7,390 photographs with trimaps; CC BY-SA 4.0.
# Parkhi, Vedaldi, Zisserman, Jawahar, "Cats and Dogs", CVPR 2012.
OXFORD = "https://thor.robots.ox.ac.uk/~vgg/data/pets"
PETS = (
    Archive(
        url=f"{OXFORD}/annotations.tar.gz",
        sha256="52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91",
        top_folder="annotations",
    ),
    Archive(
        url=f"{OXFORD}/images.tar.gz",
        sha256="67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
        top_folder="images",
    ),
)


def fetch_all(folder: Path, archives: tuple[Archive, ...]) -> Path:
    """The folder with the archives' folders in it, downloaded unless it is there.

    It appears when all of them are complete. Raises a DownloadError.
    """
    if not whole.is_filled(folder):
        unfinished = folder.with_name(f"{folder.name}.part")
        for archive in archives:
            download.fetch(unfinished / archive.top_folder, archive)
        unfinished.replace(folder)
    return folder
