"""A run that was killed continues where it stopped, and ends as one that was not."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from serving.client import connect
from tests.fakes import tiled_models, tiny
from tests.fakes.saved_models import served
from tests.serving.prediction.tiled import asked
from tests.serving.prediction.tiled.asked import PIXELS, predict, read_row, save

ROOT = Path(__file__).parents[4]
LONG = tiny.pixels(800, 60)  # 50 rows of tiles.


def start(server, model, *arguments):
    """The command, in a process of its own."""
    options = ["--server", asked.url(server), "--model", model, "--tile", "16", "--json"]
    command = [sys.executable, "-m", "serving", "predict", *options, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_midway(process, work):
    """Kills it when some strips are finished."""
    strips = work / "strips"
    deadline = time.monotonic() + 60
    while not strips.exists() or strips.read_bytes().count(b'"crc32"') < 5:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def wait_for_version(server, version):
    with connect(asked.url(server), "masks") as client:
        deadline = time.monotonic() + 60
        while client.find_version() != version:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.parametrize("name", ["long.png", "long.tif"])
def test_a_killed_run_continues_and_its_mask_is_that_of_an_undisturbed_one(server, tmp_path, name):
    path, out = tmp_path / name, tmp_path / "out"
    asked.save_raster(path, LONG) if name.endswith("tif") else path.write_bytes(tiny.png(LONG))
    kill_midway(start(server, "masks", "--output", out, path), out / "long.tiles.partial")

    done = predict(server, "masks", "--output", out, path)

    assert "continues after" in done.stderr
    undisturbed = read_row(predict(server, "masks", "--output", tmp_path / "other", path))
    row = read_row(done)
    assert Path(row["mask"]).read_bytes() == Path(undisturbed["mask"]).read_bytes()
    assert row["class_fractions"] == undisturbed["class_fractions"]
    assert {file.name for file in out.iterdir()} == {"long.tiles.json", Path(row["mask"]).name}


def test_a_killed_classification_ends_with_the_same_probabilities(server, tmp_path):
    path, out = tmp_path / "long.png", tmp_path / "out"
    path.write_bytes(tiny.png(LONG))
    kill_midway(start(server, "classes", "--output", out, path), out / "long.tiles.partial")

    done = predict(server, "classes", "--output", out, path)

    assert "continues after" in done.stderr
    undisturbed = read_row(predict(server, "classes", "--output", tmp_path / "other", path))
    assert read_row(done) == undisturbed


def test_a_strip_that_was_cut_off_is_answered_again(server, tmp_path):
    path, out = tmp_path / "long.png", tmp_path / "out"
    path.write_bytes(tiny.png(LONG))
    strips = out / "long.tiles.partial" / "strips"
    kill_midway(start(server, "masks", "--output", out, path), strips.parent)
    strips.write_bytes(strips.read_bytes()[:-3])

    row = read_row(predict(server, "masks", "--output", out, path))

    whole = asked.ask_whole(server, "masks", path)
    assert (asked.read_mask(row["mask"]) == whole.mask).all()


def test_what_is_finished_is_not_asked_again(root, tmp_path):
    path, out = save(tmp_path / "one.png"), tmp_path / "out"
    with served(root, "masks") as server:
        rows = [read_row(predict(server, "masks", "--output", out, path)) for _ in range(2)]
        first = Path(rows[0]["mask"]).stat().st_mtime_ns
        assert Path(rows[1]["mask"]).stat().st_mtime_ns == first
        Path(rows[0]["mask"]).unlink()
        again = read_row(predict(server, "masks", "--output", out, path))

    assert rows[0] == rows[1] == again


@pytest.mark.parametrize("change", ["image", "version", "tile"])
def test_something_else_starts_from_the_beginning_and_says_so(tmp_path, change):
    tiled_models.publish(tmp_path / "served", "masks")
    path, out, side = tmp_path / "one.png", tmp_path / "out", 16
    path.write_bytes(tiny.png(LONG))
    with served(tmp_path / "served", "masks") as server:
        kill_midway(start(server, "masks", "--output", out, path), out / "one.tiles.partial")
        if change == "image":
            path.write_bytes(tiny.png(PIXELS))
        elif change == "version":
            tiled_models.publish(tmp_path / "served", "masks", 2)
            wait_for_version(server, 2)
        else:
            side = 32
        done = predict(server, "masks", "--tile", side, "--output", out, path)
        whole = asked.ask_whole(server, "masks", path)

    told = {"image": "file size was", "version": "version was 1 and is 2", "tile": "tile was 16"}
    assert "starts from the beginning" in done.stderr
    assert told[change] in done.stderr
    assert (asked.read_mask(read_row(done)["mask"]) == whole.mask).all()


def test_two_processes_do_not_write_the_same_answer(server, tmp_path):
    path, out = tmp_path / "long.png", tmp_path / "out"
    path.write_bytes(tiny.png(LONG))
    process = start(server, "masks", "--output", out, path)
    strips = out / "long.tiles.partial" / "strips"
    while not strips.exists() or not strips.stat().st_size:
        assert process.poll() is None, process.stderr.read()
    done = predict(server, "masks", "--output", out, path)
    process.communicate()

    assert (done.exit_code, process.returncode) == (1, 0)
    assert "another process writes" in done.stderr


def test_a_server_that_stops_leaves_what_is_finished(root, tmp_path):
    path, out = tmp_path / "long.png", tmp_path / "out"
    path.write_bytes(tiny.png(LONG))
    with served(root, "masks") as server:
        process = start(server, "masks", "--timeout", "10", "--output", out, path)
        strips = out / "long.tiles.partial" / "strips"
        while not strips.exists() or b'"crc32"' not in strips.read_bytes():
            assert process.poll() is None, process.stderr.read()
    _, errors = process.communicate()

    assert process.returncode == 1
    assert b"the same command continues it" in errors
