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
    push_attempt: str = ""  # Another text makes Pusher push once more what it pushed before.
    beam_args: tuple[str, ...] = IN_PROCESS

    @classmethod
    def from_env(
        cls, *, data: str | None = None, workdir: str | None = None, push_root: str | None = None
    ) -> Settings:
        """The values given, else those of FCN_DATA, FCN_WORKDIR and FCN_PUSH_ROOT.

        Raises ValueError, naming the variable, for a value that nobody gave.
        """
        return cls(
            data=absolute(data or in_env("data")),
            workdir=absolute(workdir or in_env("workdir")),
            push_root=absolute(push_root or in_env("push_root")),
        )

    def served_folder(self, model: str) -> str:
        """Where the versions of a model are."""
        return f"{self.push_root}/{model}"


def in_env(name: str) -> str:
    """A place by its variable. Raises ValueError where that is not set."""
    variable = f"FCN_{name.upper()}"
    if not (value := os.environ.get(variable)):
        raise ValueError(f"No {name}: give it, or set {variable}.")
    return value


def absolute(place: str) -> str:
    """A path made absolute; a URI as it is."""
    return place.rstrip("/") if "://" in place else str(Path(place).expanduser().resolve())
