"""A folder appears complete or not at all."""

import pytest

from pipeline.sources import whole_folder


def test_a_folder_appears_when_its_block_ends(tmp_path):
    with whole_folder.fill(tmp_path / "data" / "pets") as unfinished:
        (unfinished / "cat.txt").write_text("cat")
        assert not (tmp_path / "data" / "pets").exists()

    assert [path.name for path in (tmp_path / "data").rglob("*")] == ["pets", "cat.txt"]


def test_nothing_is_left_after_an_error(tmp_path):
    with pytest.raises(KeyError), whole_folder.fill(tmp_path / "pets") as unfinished:
        (unfinished / "cat.txt").write_text({}["missing"])

    assert list(tmp_path.iterdir()) == []
