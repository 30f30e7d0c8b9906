"""`fcn predict`, as typed in tests."""

import typer
from typer.testing import CliRunner

from serving.prediction import command

app = typer.Typer()
app.command()(command.predict)


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, list(map(str, arguments)))


def predict(server, *arguments, scheme="grpc"):
    port = server.grpc_port if scheme == "grpc" else server.rest_port
    url = f"{scheme}://localhost:{port}"
    return run("--server", url, "--model", "colours", *arguments)
