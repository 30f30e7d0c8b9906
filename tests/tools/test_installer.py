"""Installing uv, and the error if that fails."""

import pytest

from tools import installer
from tools.track import SetupError


@pytest.fixture
def root(tmp_path):
    """A tree with a pin, and with the pinned uv installed."""
    for folder in ("requirements", ".uv"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "uv.txt").write_text("uv==0.1.0\n")
    return tmp_path


def test_uv_is_kept_if_the_pin_is_unchanged(root):
    assert installer.ensure(root) == root / ".uv/bin/uv"


def test_without_a_package_index_the_error_is_one_sentence_and_no_folder_remains(root, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (root / "requirements/uv.txt").write_text("uv==0.2.0\n")

    with pytest.raises(SetupError, match=r"^uv .*`apt-get install python3-pip`"):
        installer.ensure(root)

    assert not (root / ".uv").exists()


def test_the_cause_is_the_last_line_that_is_not_empty():
    assert installer.find_cause("trying\nERROR: no network\n\n") == "ERROR: no network"
