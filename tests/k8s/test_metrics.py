"""Alert rules and dashboard query only metrics and labels that TF Serving exports."""

import json
import re

import grpc
import pytest
import yaml

from tests.fakes import k8s
from tests.k8s import queries

FOLDER = k8s.ROOT / "k8s/overlays/monitoring"
# Labels that Prometheus adds.
PROMETHEUS_LABELS = {"namespace", "pod", "service", "job", "instance", "endpoint", "container"}


def read_rules():
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["spec"]["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def read_dashboard():
    return json.loads((FOLDER / "tf-serving.json").read_text("utf-8"))


def read_metrics():
    return yaml.safe_load((FOLDER / "metrics.yaml").read_text("utf-8"))


def list_exported():
    """The metrics by exported name: a histogram is exported under three names."""
    parts = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    return {m["name"] + part: m for m in read_metrics() for part in parts[m["kind"]]}


def collect_queries():
    variables = [v["query"] for v in read_dashboard()["templating"]["list"] if v["type"] == "query"]
    panels = {
        (p["title"], t["refId"]): t["expr"]
        for p in read_dashboard()["panels"]
        for t in p["targets"]
    }
    return (
        {name: rule["expr"] for name, rule in read_rules().items()}
        | {f"variable {v['refId']}": v["query"] for v in variables}
        | {f"{title}, {ref}": expression for (title, ref), expression in panels.items()}
    )


ALL = pytest.mark.parametrize("query", collect_queries().values(), ids=collect_queries())


@ALL
def test_every_metric_in_a_query_is_exported(query):
    asked = queries.metrics(query)

    assert asked
    assert asked <= set(list_exported())


@ALL
def test_every_label_belongs_to_the_metric_or_to_prometheus(query):
    asked = [list_exported()[metric] for metric in queries.metrics(query)]

    known = PROMETHEUS_LABELS.union(*(metric["labels"] for metric in asked))
    known |= {"le"} if any(metric["kind"] == "histogram" for metric in asked) else set()
    assert queries.labels(query) <= known


@ALL
def test_every_status_in_a_query_exists(query):
    of_requests = {code.name for code in grpc.StatusCode}
    of_loading = {"success", "fail"}

    loading = "load_attempt_count" in query
    assert queries.values(query, "status") <= (of_loading if loading else of_requests)


def test_every_metric_has_a_source_and_the_name_derived_from_it():
    for metric in read_metrics():
        assert metric["name"] == metric["declared"].replace("/", ":")
        assert metric["source"]["repository"] in ("tensorflow/serving", "tensorflow/tensorflow")
        assert metric["source"]["file"].endswith(".cc")
        assert re.fullmatch("[0-9a-f]{40}", metric["source"]["commit"])
        assert metric["source"]["variable"]


@pytest.mark.parametrize(
    ("query", "metrics"),
    [
        pytest.param("sum by (le) (rate(a:b_bucket{x='1'}[5m])) > 5e6", {"a:b_bucket"}, id="range"),
        pytest.param('absent(:a{b="c"})', {":a"}, id="colon"),
        pytest.param("a / on (pod) group_left () b unless c", {"a", "b", "c"}, id="operators"),
        pytest.param("label_values(:a, model_name)", {":a"}, id="variable"),
        pytest.param("histogram_quantile(0.99, :a_bucket)", {":a_bucket"}, id="function"),
    ],
)
def test_metric_names_are_recognized_in_a_query(query, metrics):
    assert queries.metrics(query) == metrics


def test_labels_and_their_values_are_read():
    query = 'sum by (le, pod) (rate(:a{status!~"OK|NOT_FOUND"}[5m]))'

    assert queries.labels(query) == {"le", "pod", "status"}
    assert queries.values(query, "status") == {"OK", "NOT_FOUND"}


def test_every_alert_has_a_severity_and_a_description():
    for rule in read_rules().values():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert {"summary", "description"} <= set(rule["annotations"])
        assert rule["for"]


def test_alerts_use_the_increase_of_counters():
    """A counter never falls, so an alert on its value would never end."""
    counters = {name for name, metric in list_exported().items() if metric["kind"] == "counter"}
    compared = [
        re.split(r"\bunless\b|^absent\(", rule["expr"])[0] for rule in read_rules().values()
    ]

    bare = [re.sub(r"\b(rate|increase)\([^()]*\)", "", expression) for expression in compared]
    assert not [e for e in bare if e and queries.metrics(e) & counters]


def test_the_monitor_scrapes_the_rest_service():
    monitor = k8s.resource("monitoring", "ServiceMonitor")["spec"]
    service = k8s.resource("base", "Service", "tf-serving-rest")
    [endpoint] = monitor["endpoints"]

    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert endpoint["port"] in [port["name"] for port in service["spec"]["ports"]]
    config = k8s.file("base", k8s.flags("base")["monitoring_config_file"])
    assert f'"{endpoint["path"]}"' in config


def test_the_monitor_does_not_scrape_a_pod_twice():
    selector = k8s.resource("monitoring", "ServiceMonitor")["spec"]["selector"]["matchLabels"]
    services = k8s.resources("base", "Service")

    assert sum(selector.items() <= s["metadata"]["labels"].items() for s in services) == 1


def test_grafana_finds_the_dashboard():
    config = k8s.resource("monitoring", "ConfigMap", "tf-serving-dashboard")

    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(config["data"]["tf-serving.json"]) == read_dashboard()
    assert len({panel["id"] for panel in read_dashboard()["panels"]}) == len(
        read_dashboard()["panels"]
    )
