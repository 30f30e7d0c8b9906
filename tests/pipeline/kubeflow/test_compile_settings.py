"""Each stop of `fcn compile` that settings can reach, reached through the command."""

from __future__ import annotations

import re

import pytest
import yaml
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.kubeflow.lint.rules import BY_SETTINGS

IMAGE = "registry.example/fcn-pipeline:1.0"
VARIABLES = ("FCN_IMAGE", "FCN_CLUSTER", "FCN_DATA", "FCN_WORKDIR", "FCN_PUSH_ROOT")
REPORTED = re.compile(r"^ +(\S+): .* \[([a-z-]+)\]$", re.MULTILINE)
DATA = {"claim": "fcn-data", "mount_path": "/data", "steps": ["ImageExampleGen"]}
FLINK = ["--beam-runner", "flink", "--beam", "job_endpoint=beam:8099"]
ON_GPU = {"gpus": 1, "memory_limit": 32}


def secret(name="fcn-webhook", key="url"):
    return {"secrets": [{"name": name, "env": {"FCN_WEBHOOK_URL": key}}]}


def trainer(**settings):
    return {"steps": {"Trainer": settings}}


def volumes(claim="fcn-served", mount_path="/served"):
    return {"volumes": [DATA, {"claim": claim, "mount_path": mount_path}]}


# By rule: the place that the message names, the cluster's file, and more words of the command.
STOPS = {
    "image-not-pinned": ("Trainer", {"image": "registry.example/fcn:latest"}, []),
    "unknown-placeholder": ("Trainer", {}, [*FLINK, "--beam", "shared=gs://b/{{$.x}}"]),
    "placeholder-in-constant": ("ImageExampleGen", {}, ["--data", "/data/{{$.x}}"]),
    "password-in-url": ("ImageExampleGen", {}, ["--data", "gs://me:password@bucket/flowers"]),
    "bad-quantity": ("Trainer", trainer(cpu_limit=float("inf")), []),
    "request-above-limit": ("Trainer", trainer(memory_request=33.0), []),
    "bad-gpu-type": ("Trainer", {"gpu": {"resource": "nvidia"}}, []),
    "gpu-without-type": ("Trainer", {"gpu": {"resource": ""}}, []),
    "settings-without-executor": ("Tokenizer_executor", {"steps": {"Tokenizer": {}}}, []),
    "source-without-name": ("Trainer", secret(name=""), []),
    "bad-source-name": ("Trainer", secret(name="My_Secret"), []),
    "bad-secret-key": ("Trainer", secret(key="k" * 254), []),
    "bad-label": ("Trainer", {"labels": {"team of mine": "vision"}}, []),
    "bad-mount-path": ("Pusher", volumes(mount_path="/"), []),
    "mount-path-taken": ("ImageExampleGen", volumes(mount_path="/data"), []),
    "bad-volume-size": ("Trainer", {"gpu": {"shared_memory": "8 gigabytes"}}, []),
    "shared-memory-without-limit": ("Trainer", {"gpu": {"shared_memory": ""}}, []),
    "memory-volume-too-large": ("Trainer", {"gpu": {"shared_memory": "64Gi"}}, []),
    "claim-without-name": ("Pusher", volumes(claim=""), []),
    "bad-claim-name": ("Pusher", volumes(claim="My Claim"), []),
    "unsupported-scheme": ("ImageExampleGen", {}, ["--data", "s3://bucket/flowers"]),
    "relative-path": ("Pusher", {"push_root": "served"}, []),
    "path-without-volume": ("Trainer", {"checkpoints": "/checkpoints"}, []),
    "path-lost-with-pod": ("Pusher", {"push_root": "/dev/shm", "steps": {"Pusher": ON_GPU}}, []),
    "path-empty-at-start": (
        "ImageExampleGen",
        {"data": "/dev/shm/images", "steps": {"ImageExampleGen": ON_GPU}},
        [],
    ),
}


def fcn_compile(folder, settings, words=()):
    """Runs the command in `folder`, with these settings in the cluster's file."""
    file = folder / "cluster.yaml"
    file.write_text(yaml.safe_dump({"image": IMAGE, **settings}), "utf-8")
    command = ["compile", "flowers", "--cluster", str(file), "-o", str(folder / "f.yaml"), *words]
    return CliRunner(env=dict.fromkeys(VARIABLES)).invoke(app.app, command)


def test_every_rule_that_settings_can_break_is_tried_here():
    assert set(STOPS) == BY_SETTINGS


@pytest.mark.parametrize("rule", STOPS)
def test_settings_that_kubeflow_would_not_run_stop_the_command(rule, tmp_path):
    place, settings, words = STOPS[rule]

    done = fcn_compile(tmp_path, settings, words)

    assert done.exit_code == 2, done.output
    assert (place, rule) in REPORTED.findall(done.stderr)
    assert not (tmp_path / "f.yaml").exists()


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        pytest.param("image-not-pinned", {"image": "registry/fcn:{{$.x}}"}, id="image"),
        pytest.param("bad-gpu-type", {"gpu": {"resource": "nvidia com/gpu"}}, id="gpu-with-space"),
        pytest.param("bad-gpu-type", {"gpu": {"resource": "/"}}, id="gpu-without-names"),
        pytest.param("bad-source-name", {"pull_secrets": ["My_Secret"]}, id="pull-secret"),
        pytest.param("bad-label", {"gpu": {"node_labels": {"gpu": "a b"}}}, id="node-label"),
    ],
)
def test_other_settings_of_the_same_kind_stop_it_too(rule, settings, tmp_path):
    done = fcn_compile(tmp_path, settings)

    assert done.exit_code == 2, done.output
    assert ("Trainer", rule) in REPORTED.findall(done.stderr)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("retries", 10**6, id="endless-sum-of-waits"),
        pytest.param("backoff_seconds", 10**12, id="wait-longer-than-a-duration"),
        pytest.param("timeout_seconds", 10**12, id="attempt-longer-than-a-duration"),
        pytest.param("gpus", 10**20, id="more-than-an-integer"),
    ],
)
def test_a_number_that_no_message_can_contain_is_refused_by_its_name(field, value, tmp_path):
    done = fcn_compile(tmp_path, trainer(**{field: value}))

    assert done.exit_code == 2, done.output
    assert f"steps.Trainer.{field}={value}" in done.stderr
