"""Where a run happens: roots, workers. What its result depends on is the experiment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# What DirectRunner ends at: by that name, later Beams first try an engine that they download.
# An image for workers, of which there are none, keeps TFX from packing its sources for them.
IN_PROCESS = (
    "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner",
    "--sdk_container_image=unused",
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The places of one run, all absolute: other processes have other working directories."""

    data: str  # The folder of images, on any file system that tf.io.gfile reads.
    workdir: str  # Everything a run makes, but for the versions it pushes.
    push_root: str  # <push_root>/<model name>/<version>/
    fingerprint: str = ""  # Of the data: a change makes ingestion run again.
    served_version: str = "newest"  # What the candidate is compared with; see components/served.py.
    beam_args: tuple[str, ...] = IN_PROCESS

    @classmethod
    def from_env(cls, **given: str | None) -> Settings:
        """The values given, else those of FCN_DATA, FCN_WORKDIR, FCN_PUSH_ROOT and the like.

        Raises ValueError, naming the variable, for a value that nobody gave.
        """
        values = {name: given.get(name) or os.environ.get(f"FCN_{name.upper()}") for name in PLACES}
        for name, value in values.items():
            if not value:
                raise ValueError(f"No {name}: give it, or set FCN_{name.upper()}.")
        return cls(**{name: absolute(str(value)) for name, value in values.items()})

    def served_folder(self, model: str) -> str:
        """Where the versions of a model are."""
        return f"{self.push_root}/{model}"


PLACES = ("data", "workdir", "push_root")


def absolute(place: str) -> str:
    """A path made absolute; a URI as it is."""
    return place.rstrip("/") if "://" in place else str(Path(place).expanduser().resolve())
