"""The programs in docs/client.md run against a server."""

import ast
import re
import runpy
from pathlib import Path

import pytest

from serving import client
from tests.fakes import saved_models, saved_segmenter, tiny_boxes, tiny_heat
from tests.fakes.saved_models import draw

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/client.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.M | re.S)
NEEDS_MORE = ("example.com", "canary_percent")  # Certificates, or version labels.
README = re.search(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "flowers", 7)
    saved_segmenter.publish(root / "pets", 1)
    tiny_boxes.publish(root / "pet-heads")
    tiny_heat.publish(root / "species")
    with saved_models.served(root, "flowers") as server:
        server.wait_until_available("pets")
        server.wait_until_available("pet-heads")
        server.wait_until_available("species")
        yield server


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for path in (tmp_path / "rose.jpg", tmp_path / "photos" / "a.jpg"):
        path.write_bytes(draw("red", kind="JPEG"))
    return tmp_path


def test_the_programs_of_the_page_run(server, photos):
    runnable = [each for each in PROGRAMS if not any(word in each for word in NEEDS_MORE)]
    text = "".join(runnable).replace("localhost:8500", f"localhost:{server.grpc_port}")
    text = text.replace("rate=0.01", "rate=1")
    (photos / "page.py").write_text(text.replace("localhost:8501", f"localhost:{server.rest_port}"))

    names = runpy.run_path(str(photos / "page.py"))

    assert len(runnable) == len(PROGRAMS) - 3
    assert names["found"].label == "red"
    assert len(list((photos / "logs").glob("flowers-*.tfrecord"))) == 1


def test_the_program_of_the_readme_runs(server, photos, capsys):
    text = README[1].replace("localhost:8500", f"localhost:{server.grpc_port}")
    (photos / "readme.py").write_text(text)

    runpy.run_path(str(photos / "readme.py"))

    assert capsys.readouterr().out.startswith("red 0.99")


@pytest.mark.parametrize("program", [each for each in PROGRAMS if NEEDS_MORE[0] in each])
def test_other_programs_use_names_that_the_client_has(program):
    tree = ast.parse(program)
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    names = {
        each.name for node in imports if node.module == "serving.client" for each in node.names
    }

    assert names <= set(client.__all__), names


def test_every_error_that_the_page_names_exists():
    section = re.search(r"## Errors\n(.*?)\n## ", TEXT, re.S)[1]
    named = set(re.findall(r"`([A-Z]\w+[a-z])`", section))

    assert named
    assert not {name for name in named if not hasattr(client, name)}
