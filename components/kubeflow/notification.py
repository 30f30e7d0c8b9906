"""TFX component at the end of a run on Kubeflow, however it ends: reports failures."""

# No `from __future__ import annotations` here: @component needs real types.
import json
import logging
import os

from tfx import v1 as tfx

from components.kubeflow import webhook

Parameter = tfx.dsl.components.Parameter

WEBHOOK_URL = "FCN_WEBHOOK_URL"  # From a secret: it is a password to whoever knows it.
COMPLETE = "COMPLETE"  # What Kubeflow Pipelines calls an end that is good.

log = logging.getLogger(__name__)


@tfx.dsl.components.component
def Notification(pipeline: Parameter[str], status: Parameter[str]) -> None:
    """Sends every end but COMPLETE to the webhook, and logs it; `status` is JSON.

    RUNNING is such an end: a driver has failed, or a pod was killed.
    """
    told = read(status)
    state = told.get("state", "unknown")
    if state == COMPLETE:
        log.info("The run of %s is complete.", pipeline)
        return
    text = sentence(pipeline, state, told)
    log.error("%s", text)
    url = os.environ.get(WEBHOOK_URL, "").strip()  # Files of secrets often end in a newline.
    if not url:
        log.warning("Nobody is told: %s is not set. Name its secret in the settings.", WEBHOOK_URL)
        return
    webhook.send(url, {"text": text, "pipeline": pipeline, "state": state})


def read(status: str) -> dict:
    """What Kubeflow says of the run; nothing where that cannot be read: it is an end to report."""
    try:
        told = json.loads(status)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def sentence(pipeline: str, state: str, told: dict) -> str:
    """What has happened, with the error if Kubeflow says it."""
    run = told.get("pipelineJobResourceName") or "a run without a name"
    error = (told.get("error") or {}).get("message", "")
    return f"{pipeline}: {run} ended as {state}. {error}".rstrip()
