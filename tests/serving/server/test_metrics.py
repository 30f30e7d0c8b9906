"""The page of metrics, in Prometheus's format and with TF Serving's names."""

from pathlib import Path

import yaml

from serving.server import metrics

LISTED = Path(__file__).parents[3] / "k8s/overlays/monitoring/metrics.yaml"


def test_every_metric_that_alerts_use_exists_with_its_labels():
    found = {metric.name: (metric.kind, set(metric.labels)) for metric in metrics.METRICS}

    for listed in yaml.safe_load(LISTED.read_text()):
        assert found[listed["name"]] == (listed["kind"], set(listed["labels"]))


def test_a_counter_has_a_line_for_each_combination_of_labels():
    counter = metrics.Counter(":requests", "model", "status")
    counter.add("a", "OK")
    counter.add("a", "OK")
    counter.add('b"\\\n', "OK", amount=3)

    assert list(counter.write()) == [
        ':requests{model="a",status="OK"} 2',
        ':requests{model="b\\"\\\\\\n",status="OK"} 3',
    ]


def test_a_histogram_counts_the_values_up_to_each_limit():
    histogram = metrics.Histogram(":time", limits=[10, 20.5])
    for value in (10, 15, 1e9):
        histogram.observe(value)

    assert list(histogram.write()) == [
        ':time_bucket{le="10"} 1',
        ':time_bucket{le="20.5"} 2',
        ':time_bucket{le="+Inf"} 3',
        ":time_sum{} 1000000025",
        ":time_count{} 3",
    ]


def test_labels_from_requests_do_not_grow_without_limit():
    counter = metrics.Counter(":requests", "model")
    for number in range(metrics.MOST_SERIES + 5):
        counter.add(str(number))

    assert len(list(counter.write())) == metrics.MOST_SERIES


def test_the_page_names_the_types():
    assert "# TYPE :tensorflow:serving:request_count counter\n" in metrics.write_page()
