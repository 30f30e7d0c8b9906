"""The share of requests for the canary, as clients read it."""

from __future__ import annotations

import json
from pathlib import Path


def read_canary_percent(file: str | Path, model: str) -> float | None:
    """Reads a model's percentage from the file that `fcn rollout` writes, for `connect`.

    The file is next to the model config file: models.config has models.rollout.json. In Kubernetes
    it is a key of the ConfigMap: mount it as a folder. None before a model's first roll-out: there
    are no labels then. Raises OSError, or ValueError for a damaged file.
    """
    path = Path(file)
    if not path.exists():
        return None
    models = json.loads(path.read_text(encoding="utf-8"))["models"]
    return float(models[model]["percent"]) if model in models else None
