"""Rights, restrictions and network policies of the pods."""

import re

import pytest
import yaml

from tests.fakes import k8s

ALL = pytest.mark.parametrize("name", k8s.SERVING)
WITH_PODS = pytest.mark.parametrize("name", [*k8s.SERVING, "flink"])


def list_pods(name):
    return [r["spec"]["template"]["spec"] for r in k8s.resources(name, "Deployment")]


def list_containers(name):
    groups = [pod["containers"] + pod.get("initContainers", []) for pod in list_pods(name)]
    return [container for group in groups for container in group]


def find_peers(name, policy="tf-serving"):
    """The peers that a policy admits, by port."""
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
def test_pods_have_their_own_account_and_no_token(name):
    accounts = {r["metadata"]["name"]: r for r in k8s.resources(name, "ServiceAccount")}

    for pod in list_pods(name):
        assert pod["automountServiceAccountToken"] is False
        assert accounts[pod["serviceAccountName"]]["automountServiceAccountToken"] is False


@WITH_PODS
def test_pods_are_restricted(name):
    for pod in list_pods(name):
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] == context["runAsGroup"] == 65532
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert not [volume for volume in pod["volumes"] if "hostPath" in volume]


@WITH_PODS
def test_containers_have_a_read_only_disk_and_no_capabilities(name):
    for container in list_containers(name):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= set(container["resources"]["limits"])
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])


@WITH_PODS
def test_istio_does_not_inject_a_proxy(name):
    flink = [r["spec"] for r in k8s.resources(name, "FlinkDeployment")]
    templates = [r["spec"]["template"] for r in k8s.resources(name, "Deployment")]
    templates += k8s.every(flink, "podTemplate")

    assert len(templates) == (3 if name == "flink" else 1)
    assert {t["metadata"]["labels"]["sidecar.istio.io/inject"] for t in templates} == {"false"}


def test_the_pod_on_the_page_is_allowed_in_a_restricted_namespace():
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
def test_the_policy_denies_other_traffic_in_both_directions(name):
    policy = k8s.resource(name, "NetworkPolicy")["spec"]

    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy.get("egress", []) == []
    assert (
        policy["podSelector"]["matchLabels"].items() <= k8s.pod(name)["metadata"]["labels"].items()
    )


@ALL
def test_clients_may_use_both_ports_and_prometheus_only_rest(name):
    client = {"matchLabels": {"fcn-serving": "client"}}
    prometheus = {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
    clients = [{"podSelector": client}, {"namespaceSelector": client}]

    assert find_peers(name) == {8500: clients, 8501: [*clients, {"namespaceSelector": prometheus}]}


def test_the_s3_overlay_allows_egress_to_dns_and_object_stores_only():
    policy = k8s.resource("s3", "NetworkPolicy", "tf-serving-s3")["spec"]

    assert policy["policyTypes"] == ["Egress"]
    assert {p["port"] for rule in policy["egress"] for p in rule["ports"]} == {53, 443, 9000}


def test_the_ingress_exposes_the_api_over_tls_but_not_the_metrics():
    ingress = k8s.resource("production", "Ingress")["spec"]
    [rule] = ingress["rules"]
    [path] = rule["http"]["paths"]

    assert path["path"] == "/v1/models"
    assert path["backend"]["service"]["name"] == "tf-serving-rest"
    assert ingress["tls"][0]["hosts"] == [rule["host"]]


def test_the_account_of_runs_has_only_the_rights_of_the_steps():
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
