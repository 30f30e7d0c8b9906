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
    fingerprint: str = ""  # Of data and code: a change makes ingestion, and the rest, run again.
    served_version: str = "newest"  # What the candidate is compared with; see components/served.py.
    push_attempt: str = ""  # Another text makes Pusher push once more what it pushed before.
    beam_args: tuple[str, ...] = IN_PROCESS

    @classmethod
    def from_env(
        cls, model: str, *, data: str = "", workdir: str = "", push_root: str = ""
    ) -> Settings:
        """The places given, else those of FCN_DATA, FCN_WORKDIR and FCN_PUSH_ROOT.

        A workdir that nobody gives is runs/<model>, a push root is "served". Raises ValueError
        where nobody gives the data, and for a workdir that is no local folder.
        """
        data = data or os.environ.get("FCN_DATA", "")
        workdir = workdir or os.environ.get("FCN_WORKDIR", "") or f"runs/{model}"
        push_root = push_root or os.environ.get("FCN_PUSH_ROOT", "") or "served"
        if not data:
            raise ValueError("No folder of images: give --data, or set FCN_DATA.")
        if "://" in workdir:
            raise ValueError(f"--workdir {workdir}: a local run needs a local folder.")
        return cls(data=absolute(data), workdir=absolute(workdir), push_root=absolute(push_root))

    def served_folder(self, model: str) -> str:
        """Where the versions of a model are."""
        return f"{self.push_root}/{model}"


def absolute(place: str) -> str:
    """A path made absolute; a URI as it is."""
    return place.rstrip("/") if "://" in place else str(Path(place).expanduser().resolve())
