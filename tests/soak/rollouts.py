"""Pushes versions, and moves labels through a model config file in TF Serving's steps."""

from __future__ import annotations

import time

import httpx

from tests.fakes import saved_models

PATIENCE = 120.0  # Seconds for a version to load or to unload.
CONFIG = """
model_config_list {{
  config {{
    name: "{model}"
    base_path: "{folder}"
    model_platform: "tensorflow"
    model_version_policy {{ specific {{ {versions} }} }}
    {labels}
  }}
}}
"""


class Rollouts:
    """Versions of one model, below `root`; its server reads `config`."""

    def __init__(self, root, model):
        self.config = root / "models.config"
        self._folder, self._model = root / model, model
        saved_models.publish(self._folder, 1)
        self.write({1}, stable=1, canary=1)

    def write(self, versions, **labels):
        """Replaces the file at once: a server never reads half of it."""
        text = CONFIG.format(
            model=self._model,
            folder=self._folder,
            versions=" ".join(f"versions: {version}" for version in sorted(versions)),
            labels="\n    ".join(
                f'version_labels {{ key: "{name}" value: {version} }}'
                for name, version in labels.items()
            ),
        )
        partial = self.config.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self.config)

    def roll_out(self, server, stable, new):
        """Pushes a version, asks it as the canary, promotes it, rolls back, promotes it again."""
        saved_models.publish(self._folder, new)
        self.write({stable, new}, stable=stable, canary=stable)
        self._wait(server, {stable, new})
        for promoted in (stable, new, stable, new):
            self.write({stable, new}, stable=promoted, canary=new)
            self._wait_for_label(server, "stable", promoted)
            self._wait_for_label(server, "canary", new)
        self.write({new}, stable=new, canary=new)
        self._wait(server, {new})

    def _wait(self, server, versions):
        """Until these versions are available, and no other."""
        wait(lambda: read_available(server, f"/v1/models/{self._model}") == versions)

    def _wait_for_label(self, server, label, version):
        place = f"/v1/models/{self._model}/labels/{label}"
        wait(lambda: read_available(server, place) == {version})


def read_available(server, path):
    """The versions that answer."""
    found = httpx.get(server.rest + path, timeout=PATIENCE, trust_env=False).json()
    states = found.get("model_version_status", ())
    return {int(each["version"]) for each in states if each["state"] == "AVAILABLE"}


def wait(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the server does not follow its configuration"
        time.sleep(0.2)
