"""Alert rules and dashboard ask for metrics that TF Serving exports, by labels that these have."""

import json
import re

import grpc
import pytest
import yaml

from tests.fakes import k8s, k8s_queries

FOLDER = k8s.ROOT / "k8s/overlays/monitoring"
OF_PROMETHEUS = {"namespace", "pod", "service", "job", "instance", "endpoint", "container"}


def rules():
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["spec"]["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def dashboard():
    return json.loads((FOLDER / "tf-serving.json").read_text("utf-8"))


def listed():
    return yaml.safe_load((FOLDER / "metrics.yaml").read_text("utf-8"))


def exported():
    """The metrics by the names that they are exported by: of a histogram, its three parts."""
    parts = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    return {m["name"] + part: m for m in listed() for part in parts[m["kind"]]}


def queries():
    variables = [v["query"] for v in dashboard()["templating"]["list"] if v["type"] == "query"]
    panels = {
        (p["title"], t["refId"]): t["expr"] for p in dashboard()["panels"] for t in p["targets"]
    }
    return (
        {name: rule["expr"] for name, rule in rules().items()}
        | {f"variable {v['refId']}": v["query"] for v in variables}
        | {f"{title}, {ref}": expression for (title, ref), expression in panels.items()}
    )


ALL = pytest.mark.parametrize("query", queries().values(), ids=queries())


@ALL
def test_every_metric_is_one_that_tf_serving_exports(query):
    asked = k8s_queries.metrics(query)

    assert asked
    assert asked <= set(exported())


@ALL
def test_every_label_is_the_metrics_or_prometheus_own(query):
    asked = [exported()[metric] for metric in k8s_queries.metrics(query)]

    known = OF_PROMETHEUS.union(*(metric["labels"] for metric in asked))
    known |= {"le"} if any(metric["kind"] == "histogram" for metric in asked) else set()
    assert k8s_queries.labels(query) <= known


@ALL
def test_every_status_is_one_that_is_reported(query):
    of_requests = {code.name for code in grpc.StatusCode}
    of_loading = {"success", "fail"}

    loading = "load_attempt_count" in query
    assert k8s_queries.values(query, "status") <= (of_loading if loading else of_requests)


def test_every_metric_names_its_source_and_its_name_follows_from_it():
    for metric in listed():
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
def test_names_of_metrics_are_told_from_all_else(query, metrics):
    assert k8s_queries.metrics(query) == metrics


def test_labels_and_their_values_are_read():
    query = 'sum by (le, pod) (rate(:a{status!~"OK|NOT_FOUND"}[5m]))'

    assert k8s_queries.labels(query) == {"le", "pod", "status"}
    assert k8s_queries.values(query, "status") == {"OK", "NOT_FOUND"}


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    for rule in rules().values():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert {"summary", "description"} <= set(rule["annotations"])
        assert rule["for"]


def test_no_alert_of_a_counter_lasts_for_ever():
    """A counter only grows, so a rule asks for what it grew by."""
    counters = {name for name, metric in exported().items() if metric["kind"] == "counter"}
    compared = [re.split(r"\bunless\b|^absent\(", rule["expr"])[0] for rule in rules().values()]

    bare = [re.sub(r"\b(rate|increase)\([^()]*\)", "", expression) for expression in compared]
    assert not [e for e in bare if e and k8s_queries.metrics(e) & counters]


def test_prometheus_scrapes_the_service_that_has_the_port():
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
    assert json.loads(config["data"]["tf-serving.json"]) == dashboard()
    assert len({panel["id"] for panel in dashboard()["panels"]}) == len(dashboard()["panels"])
