"""The curated schemas."""

from __future__ import annotations

import pytest

from trainer import configs, tasks
from trainer.data import records, schema


@pytest.mark.parametrize("name", configs.EXPERIMENTS)
def test_each_experiment_has_its_schema(name):
    fields = {feature.name for feature in schema.load(configs.load(name).data.schema).feature}

    assert set(tasks.find_task(configs.load(name)).features) <= fields
    assert {records.FORMAT, records.FILENAME, records.SHA256, records.LABEL} <= fields


def test_an_unknown_schema_is_refused_with_those_that_exist():
    with pytest.raises(ValueError, match=r"'trees': .* flowers, images, masks, pets"):
        schema.load("trees")


def test_a_schema_that_names_no_labels_allows_any():
    assert schema.read_classes(schema.load("images")) == ()


def test_other_classes_are_sorted_and_leave_the_schema_as_it_was():
    flowers = schema.load("flowers")
    before = flowers.SerializeToString(deterministic=True)
    changed = schema.replace_classes(flowers, ("zebra", "ant"))

    assert schema.read_classes(changed) == ("ant", "zebra")
    assert flowers.SerializeToString(deterministic=True) == before


def test_the_bytes_of_the_images_need_not_be_in_the_statistics():
    features = {feature.name: feature for feature in schema.load("flowers").feature}

    assert not features[records.ENCODED].HasField("presence")
    assert features[records.LABEL_TEXT].presence.min_fraction == 1.0
