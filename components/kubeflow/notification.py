"""TFX component that reports failed runs: Kubeflow runs it at the end of every run."""

# No `from __future__ import annotations` here: @component needs real types.
import json
import logging
import os

from tfx.dsl.component.experimental.annotations import Parameter
from tfx.dsl.component.experimental.decorators import component

from components.kubeflow import webhook
from serving import printable

WEBHOOK_URL = "FCN_WEBHOOK_URL"  # From a secret: whoever knows the URL can post to it.
COMPLETE = "COMPLETE"  # Kubeflow Pipelines' state of a successful run.

log = logging.getLogger(__name__)


@component
def Notification(pipeline: Parameter[str], status: Parameter[str]) -> None:
    """Sends every final state except COMPLETE to the webhook, and logs it. `status` is JSON.

    RUNNING is sent too: it means that a driver failed, or that a pod was killed.
    """
    details = parse_status(status)
    state = details.get("state", "unknown")
    if state == COMPLETE:
        log.info("The run of %s is complete.", pipeline)
        return
    text = describe_end(pipeline, state, details)
    log.error("%s", text)
    url = os.environ.get(WEBHOOK_URL, "").strip()  # Secret files often end in a newline.
    if not url:
        log.warning("%s is not set: no message is sent. Set its secret in settings.", WEBHOOK_URL)
        return
    webhook.send(url, {"text": text, "pipeline": pipeline, "state": state})


def parse_status(status: str) -> dict:
    """Parses Kubeflow's status of the run. Empty if that fails: the end is reported anyway."""
    try:
        details = json.loads(status)
    except ValueError:
        return {}
    return details if isinstance(details, dict) else {}


def describe_end(pipeline: str, state: str, details: dict) -> str:
    """Says how the run ended, with the error if the status contains one."""
    run = details.get("pipelineJobResourceName") or "a run without a name"
    error = (details.get("error") or {}).get("message", "")
    return printable.message(f"{pipeline}: {run} ended as {state}. {error}".rstrip())
