"""Where a run happens: folders and workers. Its result depends on the experiment alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.beam import IN_PROCESS
from pipeline.settings_error import SettingsError
from trainer.config import Experiment


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The folders of one run, all absolute: other processes have other working directories."""

    data: str  # The folder of images, on any file system of tf.io.gfile.
    workdir: str  # Everything that a run makes, except the versions that it pushes.
    push_root: str  # <push_root>/<model name>/<version>/
    follow_links: bool = False  # Of the data, out of its folder.
    corrections: str = ""  # The file of decisions about labels, if there is one.
    fingerprint: str = ""  # Of data and code: if it changes, all steps run again.
    # The version to compare the candidate with; see components/serving_folder.py.
    served_version: str = "newest"
    push_attempt: str = ""  # If it changes, Pusher pushes the same model once more.
    beam_args: tuple[str, ...] = IN_PROCESS
    precision: str = ""  # Of training, in place of the experiment's train.precision.
    devices: str = ""  # Likewise for train.devices.

    @classmethod
    def from_env(
        cls, model: str, *, data: str = "", workdir: str = "", push_root: str = ""
    ) -> Settings:
        """The folders given, else those of FCN_DATA, FCN_WORKDIR and FCN_PUSH_ROOT.

        The default push root is "served". Raises SettingsError if the data are missing or the
        workdir is not a local folder.
        """
        data, workdir = read_places(model, data=data, workdir=workdir)
        push_root = push_root or os.environ.get("FCN_PUSH_ROOT", "") or "served"
        if "://" in workdir:
            message = f"--workdir {workdir}: give a folder on this machine."
            raise SettingsError(message, name="--workdir", value=workdir)
        data, workdir, push_root = map(make_absolute, (data, workdir, push_root))
        return cls(data=data, workdir=workdir, push_root=push_root)

    @property
    def pipeline_root(self) -> str:
        """The folder of the steps' artifacts."""
        return f"{self.workdir}/artifacts"

    @property
    def checkpoints(self) -> str:
        """The folder from which killed training resumes."""
        return f"{self.workdir}/checkpoints"

    def choose_hardware(self, experiment: Experiment) -> Experiment:
        """The experiment with the precision and devices of these settings, if they name any."""
        given = {"precision": self.precision, "devices": self.devices}
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value}
        return replace(experiment, train=replace(experiment.train, **chosen))

    def served_folder(self, model: str) -> str:
        """The folder of a model's versions."""
        return f"{self.push_root}/{model}"


def read_places(model: str, *, data: str, workdir: str) -> tuple[str, str]:
    """The data and workdir given, else those of FCN_DATA and FCN_WORKDIR, as the user wrote them.

    The default workdir is runs/<model>. Raises SettingsError if the data are missing.
    """
    data = data or os.environ.get("FCN_DATA", "")
    if not data:
        raise SettingsError("No folder of images: give --data, or set FCN_DATA.", name="FCN_DATA")
    return data, choose_workdir(model, workdir)


def choose_workdir(model: str, workdir: str) -> str:
    """The workdir given, else that of FCN_WORKDIR, else runs/<model>."""
    return workdir or os.environ.get("FCN_WORKDIR", "") or f"runs/{model}"


def make_absolute(place: str) -> str:
    """The absolute path; a URI stays as it is."""
    return place.rstrip("/") if "://" in place else str(Path(place).expanduser().resolve())
