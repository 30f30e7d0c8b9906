"""Local servers with the page of `fcn serve --ui`."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

from serving.server.local import ModelServer, Server, ServerOptions
from serving.server.models import config
from serving.server.protocols.grpc_ports import GrpcOptions
from serving.server.rest.rest_app import RestOptions
from serving.server.ui.pages import make_pages
from serving.versions import find_models


@contextmanager
def served(root: Path, **options):
    """The address of a server of the models below `root`; `options` are those of Server."""
    names = list(find_models(root))
    with Server(
        root, grpc_port=0, rest_port=0, pages=make_pages(lambda: names), **options
    ) as server:
        yield f"http://127.0.0.1:{server.rest_port}"


@contextmanager
def served_versions(root: Path):
    """As `served`, but of all versions, and not only the newest."""
    models = config.find_all(root)
    for model in models.model_config_list.config:
        model.model_version_policy.all.SetInParent()
    options = ServerOptions(
        grpc=GrpcOptions(host="127.0.0.1", port=0),
        rest_port=0,
        rest=RestOptions(pages=make_pages(lambda: find_models(root))),
    )
    with ModelServer(lambda: models, options) as server:
        yield f"http://127.0.0.1:{server.rest_port}"
