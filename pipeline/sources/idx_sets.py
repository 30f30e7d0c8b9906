"""MNIST and Fashion-MNIST: four IDX files each, downloaded and checked.

Checksums: https://github.com/tensorflow/datasets, checksums.tsv of mnist and fashion_mnist.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline import whole
from pipeline.sources import download
from pipeline.sources.source_error import SourceError


@dataclass(frozen=True)
class IdxSet:
    """A published data set in IDX files."""

    address: str
    sums: dict[str, str]  # SHA-256 by file.


SETS = {
    # LeCun, Cortes, Burges: yann.lecun.com/exdb/mnist. 70,000 digits, 12 MB.
    "mnist": IdxSet(
        "https://storage.googleapis.com/cvdf-datasets/mnist",
        {
            "train-images-idx3-ubyte.gz": (
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
            ),
            "train-labels-idx1-ubyte.gz": (
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
            ),
            "t10k-images-idx3-ubyte.gz": (
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
            ),
        },
    ),
    # Xiao, Rasul, Vollgraf, arXiv:1708.07747. 70,000 articles of clothing, 31 MB.
    "fashion_mnist": IdxSet(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        {
            "train-images-idx3-ubyte.gz": (
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
            ),
            "train-labels-idx1-ubyte.gz": (
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
            ),
            "t10k-images-idx3-ubyte.gz": (
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
            ),
        },
    ),
}


def fetch(name: str, root: Path) -> Path:
    """The folder of a data set below `root`, downloaded unless it is there.

    Raises SourceError for an unknown name, and DownloadError.
    """
    if name not in SETS:
        raise SourceError(f"--data idx:{name}: choose one of {', '.join(SETS)}.")
    return fetch_files(SETS[name], root / name)


def fetch_files(files: IdxSet, folder: Path) -> Path:
    """The folder with all files; it appears when the last one is complete."""
    if not whole.is_filled(folder):
        unfinished = folder.with_name(f"{folder.name}.part")
        for file, sha256 in files.sums.items():
            download.fetch_file(unfinished / file, f"{files.address}/{file}", sha256)
        unfinished.replace(folder)
    return folder
