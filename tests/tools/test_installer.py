"""How uv comes into its folder, and what is said when it cannot."""

import pytest

from tools import installer
from tools.track import SetupError


@pytest.fixture
def root(tmp_path):
    """A tree with a pin, and with the uv of that pin in place."""
    for folder in ("requirements", ".uv"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "uv.txt").write_text("uv==0.1.0\n")
    return tmp_path


def test_the_uv_of_an_unchanged_pin_is_kept(root):
    assert installer.ensure(root) == root / ".uv/bin/uv"


def test_without_the_package_index_it_is_one_sentence_and_nothing_half_made(root, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (root / "requirements/uv.txt").write_text("uv==0.2.0\n")

    with pytest.raises(SetupError, match=r"^uv could not be installed with .*python3-pip"):
        installer.ensure(root)

    assert not (root / ".uv").exists()


def test_the_cause_is_the_last_line_that_says_something():
    assert installer.find_cause("trying\nERROR: no network\n\n") == "ERROR: no network"
