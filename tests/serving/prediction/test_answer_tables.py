"""What `fcn predict` prints: tables, JSON and CSV."""

import csv
import json

import pytest

from serving.client import Prediction
from serving.prediction import answer_tables
from serving.prediction.answer_tables import ClassRow
from tests.fakes import saved_models
from tests.fakes.saved_models import draw
from tests.serving.prediction.typed import predict


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_predict_prints_a_line_for_each_image_with_label_and_runners_up(server, images, scheme):
    result = predict(server, *images, scheme=scheme)

    assert result.exit_code == 0, result.output
    assert "a.jpg" in result.stdout
    assert "red" in result.stdout
    assert "1.000" in result.stdout
    assert "runners-up" in result.stdout


def test_predict_prints_json_with_every_probability(server, images):
    result = predict(server, "--json", *images)

    rows = json.loads(result.stdout)
    assert [row["label"] for row in rows] == ["red", "blue"]
    assert [row["file"] for row in rows] == images
    assert rows[0]["probabilities"].keys() == {"red", "green", "blue"}


def test_csv_has_a_column_for_each_class(server, images, tmp_path):
    result = predict(server, "--csv", tmp_path / "out.csv", *images)

    assert result.stdout == ""
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == ["red", "blue"]
    assert float(rows[1]["probabilities:blue"]) > 0.9
    assert not (tmp_path / "out.csv.partial").exists()
    printed = predict(server, "--csv", "-", *images).stdout
    assert printed == (tmp_path / "out.csv").read_text()


def test_names_and_labels_that_look_like_markup_are_printed_as_they_are(tmp_path):
    saved_models.publish(tmp_path / "colours", 1, labels=("[red]", "[/b]", ":rose:"))
    (tmp_path / "[b]x.png").write_bytes(draw("red"))

    with saved_models.served(tmp_path) as server:
        result = predict(server, tmp_path / "[b]x.png")

    assert result.exit_code == 0, result.output
    assert all(text in result.stdout for text in ("[b]x.png", "[red]", "[/b]", ":rose:"))


def test_names_and_labels_cannot_act_on_the_terminal(tmp_path):
    labels = ("\x1b[31mred", "\u202eblue", "green")
    saved_models.publish(tmp_path / "colours", 1, labels=labels)
    image = tmp_path / "a\x1b]0;x\x07.png"
    image.write_bytes(draw("red"))

    with saved_models.served(tmp_path) as server:
        done = predict(server, image)
        missing = predict(server, f"{image}.jpg")

    assert r"a\x1b]0;x\x07.png" in done.stdout
    assert r"a\x1b]0;x\x07.png.jpg" in missing.stderr
    assert not {"\x1b", "\u202e", "\x07"} & {*done.output, *missing.output}


def test_a_long_result_is_printed_in_several_tables(monkeypatch, capsys):
    monkeypatch.setattr(answer_tables, "ROWS", 2)

    with answer_tables.open_tables() as table:
        for number in range(5):
            table.add(ClassRow(f"{number}.png", Prediction("red", {"red": 1.0})))

    printed = capsys.readouterr().out
    assert printed.count("runners-up") == 3
    assert all(f"{number}.png" in printed for number in range(5))


def test_after_an_error_the_json_is_a_document(capsys):
    with pytest.raises(OSError, match="disk"):
        fail_after_a_row(answer_tables.open_json())

    assert [row["file"] for row in json.loads(capsys.readouterr().out)] == ["=a.png"]


def test_after_an_error_the_csv_does_not_have_its_name(tmp_path, capsys):
    with pytest.raises(OSError, match="disk"):
        fail_after_a_row(answer_tables.open_csv(str(tmp_path / "x.csv")))

    assert [path.name for path in tmp_path.iterdir()] == ["x.csv.partial"]
    assert (tmp_path / "x.csv.partial").read_text().splitlines()[1] == "'=a.png,red,1.0"
    assert "x.csv.partial" in capsys.readouterr().err


def fail_after_a_row(opened):
    with opened as table:
        table.add(ClassRow("=a.png", Prediction("red", {"red": 1.0})))
        raise OSError("disk")
