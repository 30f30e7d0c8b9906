"""Runs `fcn schedule ...` against a server of the tests."""

from typer.testing import CliRunner

from pipeline.cli import app

ROOT = "minio://mlpipeline/v2"


def fcn(api, *words, **environment):
    """The output and exit code of `fcn schedule WORDS`."""
    env = {"COLUMNS": "200", "FCN_KFP_HOST": api.url, "FCN_PIPELINE_ROOT": ROOT, **environment}
    return CliRunner(env=env).invoke(app.app, ["schedule", *(str(word) for word in words)])
