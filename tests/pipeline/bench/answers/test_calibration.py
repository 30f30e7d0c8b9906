"""The calibration of a saved model, measured on a run's test split."""

import numpy as np
import pytest
import typer

from pipeline.bench.answers import calibration
from pipeline.bench.answers.pointing import EXAMPLES
from tests.fakes import tiny, tiny_heat
from trainer.data import input_pipeline
from trainer.export import saved_model


@pytest.fixture
def run(tmp_path):
    tiny_heat.write_split(tmp_path / "run" / EXAMPLES / "3" / "Split-test", 6)
    return tmp_path / "run"


def test_a_models_own_temperature_is_compared_with_none(run, tmp_path):
    files = [f"{run}/{EXAMPLES}/3/Split-test/*"]
    val = input_pipeline.read_evaluation(files, tiny.LABELS, tiny.EXPERIMENT)
    model = tiny.with_random_weights(tiny.model_of("conv", "average"))
    saved_model.save(model, tiny.STATISTICS, tiny.EXPERIMENT, str(tmp_path / "1"), val)
    fitted = saved_model.read_calibration(str(tmp_path / "1"))

    calibration.bench(tmp_path / "1", run, markdown=str(tmp_path / "page.md"))

    # The same images, so the errors that the fit wrote down must come out again.
    lines = (tmp_path / "page.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:4]]
    assert [row[1] for row in rows] == ["1.000", f"{fitted.temperature:.3f}"]
    assert [row[2] for row in rows] == [str(fitted.answers)] * 2
    errors = [float(row[-1]) for row in rows]
    np.testing.assert_allclose(errors, [fitted.error_before, fitted.error_after], atol=1e-3)


def test_a_model_without_a_temperature_ends_the_command(run, tmp_path):
    model = tiny_heat.publish(tmp_path)

    with pytest.raises(typer.Exit) as ended:
        calibration.bench(model, run)

    assert ended.value.exit_code == calibration.WRONG_USE


def test_pixels_without_a_class_do_not_count():
    probabilities = np.float32([[[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]])

    (sums,) = calibration.count(iter([(probabilities, np.int64([[0, 0, -1]]))]), [1.0])

    assert sums.counts.sum() == 2
    assert sums.hits.sum() == 1
    assert sums.probabilities.sum() == pytest.approx(1.7)
