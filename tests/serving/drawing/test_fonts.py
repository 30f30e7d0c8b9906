"""Fonts for names in any script."""

from pathlib import Path

import matplotlib
import pytest
from PIL import ImageFont

from serving.drawing import fonts

DEJAVU = Path(matplotlib.get_data_path(), "fonts", "ttf")  # Has Cyrillic and Greek letters.
CYRILLIC = "\u0440\u043e\u0437\u0430"
CHINESE = "\u90c1\u91d1\u9999"


def test_pillows_own_font_is_used_if_it_has_the_characters():
    found = fonts.find_font("rose 97.3%", 20, folders=())

    assert found.getname() == ImageFont.load_default(20).getname()
    assert found.size == 20


def test_a_font_of_the_machine_is_used_for_other_scripts():
    found = fonts.find_font(f"{CYRILLIC} 97.3%", 20, folders=(DEJAVU,))

    assert found.getname()[0].startswith("DejaVu")
    assert fonts.has_glyphs(found, CYRILLIC)
    assert found.size == 20


@pytest.mark.parametrize("folder", [DEJAVU, Path("/nowhere")], ids=["lacks-them", "absent"])
def test_without_a_font_for_the_characters_there_is_none(folder):
    assert fonts.find_font(CHINESE, 20, folders=(folder,)) is None


def test_files_that_are_not_fonts_are_passed_over(tmp_path):
    (tmp_path / "regular.ttf").write_bytes(b"not a font")

    assert fonts.find_font(CYRILLIC, 20, folders=(tmp_path, DEJAVU)) is not None
