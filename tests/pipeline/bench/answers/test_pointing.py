"""The pointing game: by hand, and with a served model's test split."""

from dataclasses import replace

import numpy as np
import pytest
import typer
from PIL import Image

from pipeline.bench.answers import pointing
from serving.client import Box, HeatMaps, Prediction
from tests.fakes import tiny_heat

BOX = """<annotation><size><width>40</width><height>20</height></size><object><name>cat</name>
<bndbox><xmin>10</xmin><ymin>5</ymin><xmax>20</xmax><ymax>15</ymax></bndbox></object></annotation>"""


def make_maps(scores):
    """Maps of cat and dog at a stride of 10, of an image of 20 x 40."""
    return HeatMaps(
        Prediction("cat", {"cat": 0.7, "dog": 0.3}),
        np.stack(np.broadcast_arrays(scores, 0.0), axis=-1).astype("float32"),
        strides=(10, 10),
        origin=(5.0, 5.0),
        scaled_size=(20, 40),
        size=(20, 40),
        seen=Box(0, 0, 20, 40),
    )


def test_the_greatest_score_hits_the_object_or_misses_it():
    maps = make_maps([[0, 1, 5, 0], [0, 0, 0, 0]])
    inside = np.zeros((20, 40), bool)
    inside[:10, 20:30] = True

    assert pointing.play(maps, "cat", inside) == (True, True, False, 0.125)
    assert pointing.play(maps, "cat", ~inside) == (False, False, True, 0.875)


def test_evidence_leaves_out_what_is_great_for_all_classes():
    maps = make_maps([[0, 1, 5, 0], [0, 0, 0, 0]])
    both = np.stack([maps.scores[..., 0], [[0, 0, 9, 0], [0, 0, 0, 0]]], axis=-1)
    inside = np.zeros((20, 40), bool)
    inside[:10, 10:20] = True

    game = pointing.play(HeatMaps(**{**vars(maps), "scores": both}), "cat", inside)

    assert (game.score, game.evidence) == (False, True)


def test_the_greatest_score_lies_where_the_network_looked():
    maps = make_maps([[-3, -1, -2, -4], [-5, -5, -5, -5]])

    found = pointing.find_peak(replace(maps, seen=Box(0, 20, 20, 60)), maps.select("cat"))

    assert found[1] >= 20


@pytest.fixture
def folders(tmp_path):
    """A model, a run with a test split of two sizes, and a folder for annotations."""
    run, data = tmp_path / "run", tmp_path / "pets"
    tiny_heat.write_split(run / pointing.EXAMPLES / "7" / "Split-test", 4)
    (data / pointing.TRIMAPS).mkdir(parents=True)
    (data / pointing.BOXES).mkdir()
    return tiny_heat.publish(tmp_path / "served"), run, data


def test_a_test_split_is_played(folders, tmp_path, capsys):
    model, run, data = folders
    for name, _, maps in pointing.map_test_images(model, pointing.find_split(run)):
        mask = Image.fromarray(np.full(maps.size, pointing.PET, np.uint8))
        mask.save(data / pointing.TRIMAPS / f"{pointing.Path(name).stem}.png")

    pointing.bench(model, run, data, markdown=str(tmp_path / "page.md"))

    lines = (tmp_path / "page.md").read_text().splitlines()
    assert len(lines[2].split("|")) == len(pointing.COLUMNS) + 2
    assert [cell.strip()[:5] for cell in lines[2].split("|")][3:7] == ["1.000"] * 4


def test_images_without_annotations_end_the_command(folders):
    with pytest.raises(typer.Exit) as ended:
        pointing.bench(*folders)

    assert ended.value.exit_code == pointing.WRONG_USE


def test_a_box_is_read_as_the_pixels_inside_it(tmp_path):
    (tmp_path / "a.xml").write_text(BOX)

    inside = pointing.read_box(tmp_path / "a.xml", (20, 40))

    rows, columns = np.nonzero(inside)
    assert inside.sum() == 100
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 14, 10, 19)


def test_a_rate_has_its_interval():
    assert pointing.format_rate(8, 10) == "0.800 (0.49 to 0.94)"
