"""A model config in a Kubernetes ConfigMap, by way of kubectl.

kubectl has the user's clusters, contexts and logins; the Kubernetes library comes with the extra
`kubeflow` only, and would have to be given them.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import Any

from serving.rollout.config.stores import Snapshot, make_names
from serving.rollout.errors import ChangedMeanwhile, RolloutError, RolloutRefused

SECONDS = 60.0  # For one call.
# The server checks what it gets; kubectl would download the whole API description to check it too.
REPLACE = ("replace", "--filename=-", "--validate=false", "--output=json")


class ConfigMapStore:
    """The keys of one ConfigMap; all change in one request, or none.

    The request contains the resource version that was read: the API server refuses it with 409
    (Conflict) if the ConfigMap has been changed in between.
    """

    def __init__(self, name: str, key: str = "models.config") -> None:
        namespace, slash, self._name = name.rpartition("/")
        if not slash or not namespace or not self._name:
            raise RolloutRefused(f"--configmap {name} is not NAMESPACE/NAME: give both.")
        self.place = f"ConfigMap {name}"
        self._names = make_names(key)
        self._namespace = f"--namespace={namespace}"

    def read(self) -> Snapshot:
        """The texts of the keys."""
        found = self._get()
        data, key = found.get("data") or {}, self._names.config
        if key not in data:
            known = ", ".join(sorted(data)) or "none"
            raise RolloutRefused(f"{self.place} has no key {key}: choose --key from: {known}.")
        state, history = (data.get(name, "") for name in (self._names.state, self._names.history))
        return Snapshot(data[key], state, history, found["metadata"]["resourceVersion"])

    def write(self, snapshot: Snapshot) -> Snapshot:
        """Replaces the three keys; others stay."""
        found = self._get()
        found["metadata"]["resourceVersion"] = snapshot.revision
        names = self._names
        texts = {names.config: snapshot.config, names.state: snapshot.state}
        texts[names.history] = snapshot.history
        data = {**(found.get("data") or {}), **texts}
        found["data"] = {n: text for n, text in data.items() if text or n not in texts}
        written = self._run(*REPLACE, sent=json.dumps(found))
        return replace(snapshot, revision=written["metadata"]["resourceVersion"])

    def _get(self) -> dict[str, Any]:
        return self._run("get", "configmap", self._name, "--output=json")

    def _run(self, *arguments: str, sent: str = "") -> dict[str, Any]:
        try:
            done = subprocess.run(
                ["kubectl", self._namespace, *arguments],
                input=sent,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise RolloutError("kubectl is not on the PATH: install it for --configmap.") from error
        except subprocess.TimeoutExpired as error:
            raise RolloutError(f"kubectl did not answer within {SECONDS:.0f} s.") from error
        if done.returncode == 0:
            return json.loads(done.stdout)
        if "(Conflict)" in done.stderr:
            raise ChangedMeanwhile(self.place)
        raise RolloutError(f"{self.place}: {done.stderr.strip()}")
