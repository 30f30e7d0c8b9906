"""Where a run happens: folders and Beam workers. What its result depends on is the experiment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.beam import IN_PROCESS


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The places of one run, all absolute: other processes have other working directories."""

    data: str  # The folder of images, on any file system of tf.io.gfile.
    workdir: str  # Everything a run makes, but for the versions it pushes.
    push_root: str  # <push_root>/<model name>/<version>/
    fingerprint: str = ""  # Of data and code: a change makes ingestion, and the rest, run again.
    # What the candidate is compared with; see components/serving_folder.py.
    served_version: str = "newest"
    push_attempt: str = ""  # Another text makes Pusher push once more what it pushed before.
    beam_args: tuple[str, ...] = IN_PROCESS

    @classmethod
    def from_env(
        cls, model: str, *, data: str = "", workdir: str = "", push_root: str = ""
    ) -> Settings:
        """The places given, else those of FCN_DATA, FCN_WORKDIR and FCN_PUSH_ROOT.

        A push root that nobody gives is "served". Raises ValueError where nobody gives the data,
        and for a workdir that is no local folder.
        """
        data, workdir = raw_places(model, data=data, workdir=workdir)
        push_root = push_root or os.environ.get("FCN_PUSH_ROOT", "") or "served"
        if "://" in workdir:
            raise ValueError(f"--workdir {workdir}: a local run needs a local folder.")
        return cls(data=absolute(data), workdir=absolute(workdir), push_root=absolute(push_root))

    @property
    def pipeline_root(self) -> str:
        """Where the steps' artifacts are."""
        return f"{self.workdir}/artifacts"

    @property
    def checkpoints(self) -> str:
        """Where a training that was killed finds its last epoch again."""
        return f"{self.workdir}/checkpoints"

    def served_folder(self, model: str) -> str:
        """Where the versions of a model are."""
        return f"{self.push_root}/{model}"


def raw_places(model: str, *, data: str, workdir: str) -> tuple[str, str]:
    """The data and workdir given, else those of FCN_DATA and FCN_WORKDIR, as somebody wrote them.

    A workdir that nobody gives is runs/<model>. Raises ValueError where nobody gives the data.
    """
    data = data or os.environ.get("FCN_DATA", "")
    if not data:
        raise ValueError("No folder of images: give --data, or set FCN_DATA.")
    return data, workdir or os.environ.get("FCN_WORKDIR", "") or f"runs/{model}"


def absolute(place: str) -> str:
    """A path made absolute; a URI as it is."""
    return place.rstrip("/") if "://" in place else str(Path(place).expanduser().resolve())
