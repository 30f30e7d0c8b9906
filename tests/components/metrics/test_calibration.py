"""The metrics as TFMA computes them, on answers about images and about pixels."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from components.metrics.calibration import ReadAnswers
from trainer.data import records


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(stream, "PNG")
    return np.array([stream.getvalue()], object)


def answers(fields, outputs):
    """What is read of one image."""
    return list(ReadAnswers("").process({"features": fields, "predictions": outputs}))


def test_an_images_answer_is_its_most_probable_class():
    outputs = {"probabilities": np.array([0.25, 0.75]), "all_classes": np.array(["a", "b"])}

    ((probabilities, hits),) = answers({records.LABEL_TEXT: np.array(["b"])}, outputs)

    assert (probabilities.tolist(), hits.tolist()) == ([0.75], [True])


def test_the_answers_about_a_mask_are_its_pixels_without_ignored_ones():
    fields = {records.MASK: png([[0, 1, records.IGNORED]])}
    outputs = {"mask_bytes": png([[0, 0, 0]]), "confidence_bytes": png([[255, 51, 9]])}

    ((probabilities, hits),) = answers(fields, outputs)

    np.testing.assert_allclose(probabilities, [1.0, 0.2])
    assert hits.tolist() == [True, False]


def test_a_segmenter_without_probabilities_gives_no_answers():
    assert answers({records.MASK: png([[0]])}, {"mask_bytes": png([[0]])}) == []
