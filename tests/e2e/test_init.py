"""One's own folder without code: `fcn init`, then `fcn run` by the name alone."""

import json

from tests.e2e import command
from tests.fakes.image_files import put
from tests.fakes.tiny import drawn, png

PLACES = ("--push-root", "served", "--json", "result.json")
VALUES = (
    "model.name=fcn",
    "model.widths=[8, 8]",
    "data.min_side=16",
    'gate=[{"metric": "accuracy", "at_least": 0.0}]',
)


def draw(folder):
    """Cats are blue, dogs red."""
    colours = {"cats": "blue", "dogs": "red"}
    files = {
        f"{label}/{n}.png": png(drawn(colour, 100 * ord(label[0]) + n))
        for label, colour in colours.items()
        for n in range(40)
    }
    return put(folder, files)


def test_a_folder_of_cats_and_dogs_becomes_a_pushed_model(tmp_path):
    draw(tmp_path / "photos")
    sets = [word for value in VALUES for word in ("--set", value)]

    written = command.fcn(
        "init", "cats", "--data", "photos", "--minutes", "0.02", *sets, home=tmp_path
    )
    done = command.fcn("run", "cats", *PLACES, home=tmp_path)

    assert written.returncode == 0, written.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert list(result["classes"]) == ["cats", "dogs"]
    assert "ImageExampleGen" in result["cached"]
    assert (tmp_path / "served/cats" / result["version"]).is_dir()
