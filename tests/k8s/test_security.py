"""Who may do what to the pods, and they to others."""

import re

import pytest
import yaml

from tests.fakes import k8s

ALL = pytest.mark.parametrize("name", k8s.SERVING)
WITH_PODS = pytest.mark.parametrize("name", [*k8s.SERVING, "flink"])


def pods(name):
    return [r["spec"]["template"]["spec"] for r in k8s.resources(name, "Deployment")]


def containers(name):
    found = [p["containers"] + p.get("initContainers", []) for p in pods(name)]
    return [container for part in found for container in part]


def peers(name, policy="tf-serving"):
    """What a policy lets in, by port."""
    rules = k8s.resource(name, "NetworkPolicy", policy)["spec"]["ingress"]
    return {port["port"]: [] for rule in rules for port in rule["ports"]} | {
        number: [
            p
            for rule in rules
            if number in [q["port"] for q in rule["ports"]]
            for p in rule["from"]
        ]
        for number in (8500, 8501)
    }


@WITH_PODS
def test_no_pod_has_a_token_or_another_account_than_its_own(name):
    accounts = {r["metadata"]["name"]: r for r in k8s.resources(name, "ServiceAccount")}

    for pod in pods(name):
        assert pod["automountServiceAccountToken"] is False
        assert accounts[pod["serviceAccountName"]]["automountServiceAccountToken"] is False


@WITH_PODS
def test_pods_are_restricted(name):
    for pod in pods(name):
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] == context["runAsGroup"] == 65532
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert not [volume for volume in pod["volumes"] if "hostPath" in volume]


@WITH_PODS
def test_containers_write_to_tmp_only_and_have_no_capability(name):
    for container in containers(name):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= set(container["resources"]["limits"])
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])


@WITH_PODS
def test_istio_puts_no_proxy_into_a_pod(name):
    flink = [r["spec"] for r in k8s.resources(name, "FlinkDeployment")]
    templates = [r["spec"]["template"] for r in k8s.resources(name, "Deployment")]
    templates += k8s.every(flink, "podTemplate")

    assert len(templates) == (3 if name == "flink" else 1)
    assert {t["metadata"]["labels"]["sidecar.istio.io/inject"] for t in templates} == {"false"}


def test_the_pod_of_the_page_fits_a_restricted_namespace():
    page = (k8s.ROOT / "docs/cluster.md").read_text("utf-8")
    [text] = re.findall(r"<<'EOF'\n(apiVersion: v1\nkind: Pod\n.*?)^EOF$", page, re.M | re.S)
    spec = yaml.safe_load(text)["spec"]

    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in spec["containers"]:
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@ALL
def test_the_server_cannot_change_the_models(name):
    mounted = {mount["mountPath"]: mount for mount in k8s.server(name)["volumeMounts"]}
    claims = [
        v["persistentVolumeClaim"]
        for v in k8s.mounts(name).values()
        if "configMap" not in v and "persistentVolumeClaim" in v
    ]

    assert mounted["/served"]["readOnly"] is True
    assert all(claim["readOnly"] is True for claim in claims)
    assert [path for path, mount in mounted.items() if not mount.get("readOnly")] == ["/tmp"]


@ALL
def test_what_no_rule_names_is_denied_both_ways(name):
    policy = k8s.resource(name, "NetworkPolicy")["spec"]

    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy.get("egress", []) == []
    assert (
        policy["podSelector"]["matchLabels"].items() <= k8s.pod(name)["metadata"]["labels"].items()
    )


@ALL
def test_labelled_clients_may_ask_on_both_ports_and_prometheus_on_one(name):
    client = {"matchLabels": {"fcn-serving": "client"}}
    prometheus = {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
    clients = [{"podSelector": client}, {"namespaceSelector": client}]

    assert peers(name) == {8500: clients, 8501: [*clients, {"namespaceSelector": prometheus}]}


def test_only_s3_goes_out_and_only_to_names_and_stores():
    policy = k8s.resource("s3", "NetworkPolicy", "tf-serving-s3")["spec"]

    assert policy["policyTypes"] == ["Egress"]
    assert {p["port"] for rule in policy["egress"] for p in rule["ports"]} == {53, 443, 9000}


def test_outside_sees_the_api_over_tls_and_not_the_metrics():
    ingress = k8s.resource("production", "Ingress")["spec"]
    [rule] = ingress["rules"]
    [path] = rule["http"]["paths"]

    assert path["path"] == "/v1/models"
    assert path["backend"]["service"]["name"] == "tf-serving-rest"
    assert ingress["tls"][0]["hosts"] == [rule["host"]]


def test_a_run_has_the_rights_of_its_steps_and_no_more():
    rules = k8s.resource("pipeline-runner", "Role", "fcn-pipeline-runner")["rules"]
    binding = k8s.resource("pipeline-runner", "RoleBinding", "fcn-pipeline-runner")
    account = k8s.resource("pipeline-runner", "ServiceAccount", "fcn-pipeline-runner")

    rights = {(r["resources"][0], *r.get("resourceNames", []), *r["verbs"]) for r in rules}
    assert rights == {
        ("configmaps", "kfp-launcher", "get"),
        ("secrets", "mlpipeline-minio-artifact", "get"),
        ("workflowtaskresults", "create", "patch"),
    }
    assert binding["roleRef"]["name"] == "fcn-pipeline-runner"
    assert binding["subjects"][0]["name"] == account["metadata"]["name"]
