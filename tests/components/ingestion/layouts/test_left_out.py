"""Files that systems and tools put next to images are left out, in both layouts alike."""

from __future__ import annotations

import pytest

from components.ingestion import image_folder, pair_folder
from components.ingestion.layouts import left_out
from serving.left_out import find_kind
from tests.fakes.image_files import put

JUNK = {
    "._1.jpg": left_out.HIDDEN,
    ".DS_Store": left_out.HIDDEN,
    ".ipynb_checkpoints/1-checkpoint.jpg": left_out.HIDDEN,
    "Thumbs.db": left_out.SYSTEM,
    "desktop.ini": left_out.SYSTEM,
    "__MACOSX/._1.jpg": left_out.SYSTEM,
    "1.jpg:Zone.Identifier": left_out.SYSTEM,
    "1.json": left_out.ANNOTATION,
    "1.txt": left_out.ANNOTATION,
    "1.XML": left_out.ANNOTATION,
    "classes.names": left_out.ANNOTATION,
    "README": left_out.ANNOTATION,
    "SHA256SUMS": left_out.ANNOTATION,
    "1.npy": left_out.ANNOTATION,
    "1.pts": left_out.ANNOTATION,
    "1.tfw": left_out.ANNOTATION,
    "1.MOV": left_out.ANNOTATION,
    "Thumbs.db:encryptable": left_out.SYSTEM,
    "#recycle/1.jpg": left_out.SYSTEM,
}


@pytest.mark.parametrize(
    ("find", "folders"),
    [
        pytest.param(image_folder.find, ("red", "green"), id="classes"),
        pytest.param(pair_folder.find, ("images", "masks"), id="pairs"),
    ],
)
def test_junk_is_left_out_and_counted(tmp_path, find, folders):
    names = ("1.jpg", "2.jpg", *JUNK)
    put(tmp_path, {f"{folder}/{name}": b"" for folder in folders for name in names})

    found = find(str(tmp_path))

    assert {file.path.split("/")[1] for file in found.files} == {"1.jpg", "2.jpg"}
    wanted = {(f"{folder}/{name}", kind) for folder in folders for name, kind in JUNK.items()}
    assert {(path, kind) for kind, paths in found.left_out.items() for path in paths} == wanted
    assert len(found.files) + found.companions + len(wanted) == 2 * len(names)


@pytest.mark.parametrize("name", ["1.jpg", "1", "page.html", "film.mp4", "1.jpg.part"])
def test_the_content_of_other_files_decides(name):
    assert find_kind(f"a/{name}") == ""


def test_a_message_names_a_few_of_a_group():
    assert left_out.name_some(["a", "b", "c"]) == "a, b, c"
    assert left_out.name_some([str(n) for n in range(2000)]) == "0, 1, 2 and 1,997 more"
