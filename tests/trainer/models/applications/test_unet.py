"""U-Nets on networks of keras.applications; the answers of one are tested in test_models.py."""

from __future__ import annotations

import keras
import pytest

from tests.fakes import applications, segmenters
from trainer.models import geometry
from trainer.models.applications.networks import NETWORKS


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_is_an_encoder(name):
    with keras.StatelessScope(initialize_variables=False):  # Shapes only.
        model = segmenters.build(applications.unet(name))
    widths = [model.get_layer(f"level{level}_up_conv").filters for level in range(4)]

    assert widths == [4, 6, 8, 8]
    assert model.output_shape == (None, None, None, 3)
    assert geometry.find_smallest_input(model) == (1, 1)
